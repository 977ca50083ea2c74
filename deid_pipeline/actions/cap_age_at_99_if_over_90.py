"""``capAgeAt99IfOver90``: all ages over 89 become one."""

from __future__ import annotations

from deid_pipeline.actions.ages import Age, read_age
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_OLD = "visual-nlp"
_BUCKETS = {"": "099Y", "090Y": "090Y", _OLD: "099Y"}


class CapAgeAt99IfOver90(ActionDefaults):
    """PS3.15 C, after HIPAA's Safe Harbor: ages over 89 become one bucket, written as 99 years.

    90 itself is over 89, so it goes into the bucket; an age in months, weeks or days counts by its length. The option
    ``090Y`` writes the bucket as 90 years. The option ``visual-nlp`` does what Visual NLP does: only years above 90 are
    capped, so 90 stays. What is no age is emptied, also under that option.
    """

    name = "capAgeAt99IfOver90"
    code = "C"
    vrs = frozenset({"AS"})
    summary = "replaces ages of 90 and more by `099Y`; other ages stay, invalid ones are emptied"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting for the bucket that the option names.

        Raises
        ------
        StrategyError
            The option is neither empty, ``090Y`` nor ``visual-nlp``.
        """
        bucket = _BUCKETS.get(option.casefold() if option.casefold() == _OLD else option.upper())
        if bucket is None:
            raise StrategyError("the option of capAgeAt99IfOver90 is empty, 090Y or visual-nlp")
        as_before = option.casefold() == _OLD

        def one(element: ElementValue, value: str) -> str:
            if not value.strip("\0 "):
                return ""
            age = read_age(value)
            if age is None:
                element.context.count("invalid age")
                return ""
            return bucket if _over(age, as_before=as_before) else age.text

        def rewrite(element: ElementValue) -> bytes | None:
            return "\\".join(one(element, value) for value in element.text().split("\\")).encode("ascii")

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        if option.casefold() == _OLD:
            return "replaces ages of more than 90 years by 099Y, leaves 90 and other units; invalid ages are emptied"
        return f"replaces ages of 90 and more by {_BUCKETS[option.upper()]}; other ages stay, invalid ones are emptied"


def _over(age: Age, *, as_before: bool) -> bool:
    if as_before:
        return age.unit == "Y" and age.number > 90
    return age.is_over_the_limit
