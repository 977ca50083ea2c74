"""``cleanCode``: codes of a hospital's own scheme are cleaned, those of registered schemes stay."""

from __future__ import annotations

from deid_pipeline.actions.clean_tag import CleanTag
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_CODE_VALUE, _SCHEME = 0x00080100, 0x00080102

# Coding Scheme Designators of PS3.16 Tables 8-1 and 8-2; designators that begin with 99 are local (PS3.3 8.2).
_REGISTERED = frozenset(
    """
    ACR ADW ASTM-SIGPURPOSE BARI BI C4 C5 CADSR CD2 CDCREC CDT-2 CPT4 DCM DCMUID FMA HPC I10 I10C I10P I11 I9 I9C IBSI
    ICDO3 IEEE11073 IHERADTF ISO3166_1 ISO639_1 ISO639_2 ISO_OID ITIS_TSN LN MA MAYOASRG MDC MDDC MDNS MSH MULTITUM
    NCDR NCIM NCIT NDC NEU NICIP NPI NYUMCCG PATHLEX PHIN PLT PMID POS PUBCHEM_CID RADELEMENT RADLEX RFC3066 RFC5646 RO
    RXNORM SCPECG SCT SDM SNM3 SRT TNM UBERON UCUM UMLS UNII UNS UPC XTRADE
    """.split()
)


class CleanCode(ActionDefaults):
    """PS3.15 C for the parts of a coded entry (PS3.3 8.8), whose scheme stands beside them.

    Codes of a registered scheme name nobody and stay byte for byte; their meanings, in which somebody may have written
    more, lose what the header names. What a hospital made up itself, or where no scheme is named, is cleaned as by
    ``cleanTag``, whose option this one has.
    """

    name = "cleanCode"
    code = "C"
    vrs = frozenset({"LO", "LT", "SH", "ST", "UC", "UR", "UT"})
    summary = "cleans codes of local schemes as `cleanTag` does; of schemes in PS3.16 only meanings that name somebody"

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check the mode and return the rewriting.

        Raises
        ------
        StrategyError
            The option is no mode of ``cleanTag``.
        """
        try:
            clean, clean_meaning = CleanTag().bind(option, vr=vr), CleanTag().bind("own", vr=vr)
        except StrategyError as error:
            raise StrategyError(str(error).replace("cleanTag", self.name)) from None

        def rewrite(element: ElementValue) -> bytes | None:
            scheme = element.beside(_SCHEME).decode("latin-1").strip("\0 ").upper()
            if scheme not in _REGISTERED:
                return clean(element)
            return element.raw if element.tag == _CODE_VALUE else clean_meaning(element)

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        local = CleanTag().describe(option)
        return f"keeps codes of registered schemes, and meanings but for the header's names; of local ones it {local}"
