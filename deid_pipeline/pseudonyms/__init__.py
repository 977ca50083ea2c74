"""Pseudonyms: everything derived from one secret, so that any worker on any machine derives the same.

What belongs here: the secret and what is computed from it (UIDs, ids, names, date offsets, partition keys, the
encrypted crosswalk). What does not: deciding which element gets which pseudonym (``strategy``, ``actions``).
"""

from deid_pipeline.pseudonyms.crosswalk import decrypt_original, encrypt_original, original_hmac
from deid_pipeline.pseudonyms.dates import days_offset
from deid_pipeline.pseudonyms.names import name_pseudonym
from deid_pipeline.pseudonyms.numbers import number_pseudonym, patient_number, patient_scope
from deid_pipeline.pseudonyms.offsets import offset_between
from deid_pipeline.pseudonyms.partitions import study_partition_key
from deid_pipeline.pseudonyms.permutation import permuted_digits
from deid_pipeline.pseudonyms.secret import ProjectSecret, create_key_file, load_secret
from deid_pipeline.pseudonyms.source import Pseudonyms
from deid_pipeline.pseudonyms.uids import uid_pseudonym

__all__ = [
    "ProjectSecret",
    "Pseudonyms",
    "create_key_file",
    "days_offset",
    "decrypt_original",
    "encrypt_original",
    "load_secret",
    "name_pseudonym",
    "number_pseudonym",
    "offset_between",
    "original_hmac",
    "patient_number",
    "patient_scope",
    "permuted_digits",
    "study_partition_key",
    "uid_pseudonym",
]
