"""PHI in text: what a header says about people, and where it is found again.

What belongs here: identifiers and their spellings, recognizers (one file, one line in ``RECOGNIZERS``), the cleaning of
free text (``cleaning`` and what it names). What does not: reading text from pixels (``ocr``), deciding what is redacted
or cleaned (``strategy``).
"""

from deid_pipeline.phi.cleaning import Cleaner, CleaningMode, cleaner_for, cleaner_of, still_names
from deid_pipeline.phi.code_words import is_code_word, is_plain_word
from deid_pipeline.phi.header_match import HeaderMatch
from deid_pipeline.phi.identifiers import harvest, identifies, identifying_values, is_placeholder
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
    "Cleaner",
    "CleaningMode",
    "HeaderMatch",
    "LabelledSpan",
    "Recognizer",
    "Span",
    "cleaner_for",
    "cleaner_of",
    "harvest",
    "identifies",
    "identifying_values",
    "is_code_word",
    "is_placeholder",
    "is_plain_word",
    "label_spans",
    "still_names",
]
