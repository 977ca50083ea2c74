"""Synthetic landing zones: studies of invented people with planted PHI, and the key that says where it is.

What belongs here: invented people, drawn pictures, data sets built from them, oddities of real landing zones. What does
not: anything that reads the key back to judge a release (``checks``, tests), real data of any kind.
"""

from deid_pipeline.synthesis.answer_key import AnswerKey, PlantedElement, PlantedFile, PlantedText
from deid_pipeline.synthesis.landing_zone import answers_path, write_landing_zone

__all__ = ["AnswerKey", "PlantedElement", "PlantedFile", "PlantedText", "answers_path", "write_landing_zone"]
