"""PHI in text: what a header says about people, and where it is found again.

What belongs here: identifiers and their spellings, recognizers (one file, one line in ``RECOGNIZERS``). What does not:
reading text from pixels (``ocr``), deciding what is redacted (``strategy``).
"""

from deid_pipeline.phi.header_match import HeaderMatch
from deid_pipeline.phi.identifiers import harvest, is_placeholder
from deid_pipeline.phi.labelled_value import LabelledValue
from deid_pipeline.phi.labelling import LabelledSpan, label_spans
from deid_pipeline.phi.patterns import Patterns
from deid_pipeline.phi.protocol import Recognizer, Span

RECOGNIZERS: tuple[Recognizer, ...] = (
    HeaderMatch(),
    LabelledValue(),
    Patterns(),
)

__all__ = [
    "RECOGNIZERS",
    "LabelledSpan",
    "Recognizer",
    "Span",
    "harvest",
    "is_placeholder",
    "label_spans",
]
