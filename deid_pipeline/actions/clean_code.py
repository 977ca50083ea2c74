"""``cleanCode``: codes of a hospital's own scheme are cleaned, those of registered schemes stay."""

from __future__ import annotations

from deid_pipeline.actions.clean_tag import CleanTag
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_SCHEME = 0x00080102

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

    Codes and meanings of a registered scheme name nobody and stay byte for byte. What a hospital made up itself, or
    where no scheme is named, is cleaned as by ``cleanTag``, whose option this one has.
    """

    name = "cleanCode"
    code = "C"
    vrs = frozenset({"LO", "LT", "SH", "ST", "UC", "UR", "UT"})
    summary = "cleans codes of local schemes as `cleanTag` does; those of schemes registered in PS3.16 stay"

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check the mode and return the rewriting.

        Raises
        ------
        StrategyError
            The option is no mode of ``cleanTag``.
        """
        try:
            clean = CleanTag().bind(option, vr=vr)
        except StrategyError as error:
            raise StrategyError(str(error).replace("cleanTag", self.name)) from None

        def rewrite(element: ElementValue) -> bytes | None:
            scheme = element.beside(_SCHEME).decode("latin-1").strip("\0 ").upper()
            return element.raw if scheme in _REGISTERED else clean(element)

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        return f"keeps codes of registered schemes; of local ones it {CleanTag().describe(option)}"
