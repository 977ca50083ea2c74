"""DICOM instances: where their bytes lie, and how a few of them are changed while all others stay.

What belongs here: Part 10 files, data sets, element names, the pixel layout, editing by ranges. What does not: rules
(``strategy``), pixels (``codecs``), text (``ocr``, ``phi``).
"""

from deid_pipeline.dicom.completion import missing_elements
from deid_pipeline.dicom.context import instance_context
from deid_pipeline.dicom.decisions import AskedAlways, RuleLookup, RuleSource
from deid_pipeline.dicom.display import display_of
from deid_pipeline.dicom.editor import EditedDataSet, HeaderEditor, edit_data_set
from deid_pipeline.dicom.encoding import element as encoded_element
from deid_pipeline.dicom.encoding import element_header
from deid_pipeline.dicom.file import DicomFile, is_dicom, open_dicom
from deid_pipeline.dicom.iods import attribute_type, iod_name
from deid_pipeline.dicom.layout import overlay_bit_positions, pixel_layout
from deid_pipeline.dicom.markers import BURNED_IN_ANNOTATION, marker_elements
from deid_pipeline.dicom.meta import file_head
from deid_pipeline.dicom.overlays import overlay_groups, overlay_layouts
from deid_pipeline.dicom.peek import MEDIA_STORAGE_DIRECTORY, media_storage_class, peek_study_uid
from deid_pipeline.dicom.rows import element_rows, encoded_text, keyword_of, meta_rows
from deid_pipeline.dicom.structure import Syntax, dictionary_vr, tag_text
from deid_pipeline.dicom.ultrasound import ultrasound_regions
from deid_pipeline.dicom.wanted import WantedValue, wanted_key, wanted_values
from deid_pipeline.dicom.writer import Replacement, write_dicom

__all__ = [
    "BURNED_IN_ANNOTATION",
    "MEDIA_STORAGE_DIRECTORY",
    "AskedAlways",
    "DicomFile",
    "EditedDataSet",
    "HeaderEditor",
    "Replacement",
    "RuleLookup",
    "RuleSource",
    "Syntax",
    "WantedValue",
    "attribute_type",
    "dictionary_vr",
    "display_of",
    "edit_data_set",
    "element_header",
    "element_rows",
    "encoded_element",
    "encoded_text",
    "file_head",
    "instance_context",
    "iod_name",
    "is_dicom",
    "keyword_of",
    "marker_elements",
    "media_storage_class",
    "meta_rows",
    "missing_elements",
    "open_dicom",
    "overlay_bit_positions",
    "overlay_groups",
    "overlay_layouts",
    "peek_study_uid",
    "pixel_layout",
    "tag_text",
    "ultrasound_regions",
    "wanted_key",
    "wanted_values",
    "write_dicom",
]
