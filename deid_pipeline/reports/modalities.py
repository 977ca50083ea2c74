"""Which modalities may be shown outside the vault.

What belongs here: the defined terms of PS3.3 C.7.3.1.1.1. What does not: anything else from a header. The element is
free to hold any text, so what is no defined term is shown as "other".
"""

from __future__ import annotations

_DEFINED_TERMS = """
ANN AR ASMT AU BDUS BI BMD CFM CR CT CTPROTOCOL DG DMS DOC DX ECG EEG EMG EOG EPS ES FID GM HC HD IO IOL IVOCT IVUS
KER KO LEN LS M3D MG MR NM OAM OCT OP OPM OPT OPTBSV OPTENF OPV OSS OT PA PLAN POS PR PT PX REG RESP RF RG RTDOSE
RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR SR SRF STAIN TEXTUREMAP TG US VA XA
XAPROTOCOL XC
"""
_PUBLISHED = frozenset(_DEFINED_TERMS.split())


def published_modality(modality: str) -> str:
    """The modality if it is a defined term, else "other"."""
    return modality if modality in _PUBLISHED else "other"
