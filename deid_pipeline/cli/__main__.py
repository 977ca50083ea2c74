"""``python -m deid_pipeline.cli``: the same as ``deidp``."""

from deid_pipeline.cli import main

if __name__ == "__main__":
    main()
