"""Words beside samples are found in every place, what says how to read samples stays, and samples are the same."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from deid_pipeline.checks.codestreams import free_spans, is_zeroed_only
from deid_pipeline.codecs import codec_for, telling_ranges
from deid_pipeline.codecs.harmless import is_encoder_name
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.side_data import (
    ENCODERS,
    JPEG,
    JPEG_2000,
    JPEG_LS,
    JPEG_XL,
    NAME,
    Planted,
    box,
    planted,
    samples,
    segment,
)
from deid_pipeline_tests.unit.codecs.layouts import make_layout

CASES = list(planted())
PLAIN = {syntax: encoder(samples()) for syntax, encoder in ENCODERS.items()}
IDS = [case.name for case in CASES]


def zeroed(frame: bytes, syntax: str) -> bytes:
    content = bytearray(frame)
    for start, end in telling_ranges(frame, syntax):
        content[start:end] = bytes(end - start)
    return bytes(content)


def decodings(frame: bytes, syntax: str) -> list[np.ndarray[Any, Any]]:
    """What the codec and one more library read."""
    layout = make_layout(transfer_syntax_uid=syntax, value_length=None, rows=24, columns=32, bits_allocated=8)
    found = [codec_for(syntax).decode_frame(frame, layout)]
    if syntax == JPEG:
        found.append(np.asarray(Image.open(io.BytesIO(frame))))
    elif syntax == JPEG_LS:
        from jpeg_ls import decode

        found.append(decode(np.frombuffer(frame, np.uint8)))
    elif syntax == JPEG_2000:
        from openjpeg import decode as decode_wavelet

        found.append(np.asarray(decode_wavelet(frame)))
    return found


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_words_are_gone_and_samples_are_the_same(case: Planted) -> None:
    clean = zeroed(case.frame, case.transfer_syntax_uid)
    assert len(clean) == len(case.frame)
    if not case.words:
        assert clean == case.frame
        return
    assert case.words in case.frame
    assert not any(case.words[at : at + 4] in clean for at in range(len(case.words) - 4))
    assert telling_ranges(clean, case.transfer_syntax_uid) == []
    before, after = (decodings(frame, case.transfer_syntax_uid) for frame in (case.plain, clean))
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_checks_see_the_same_without_the_codecs(case: Planted) -> None:
    syntax = case.transfer_syntax_uid
    told = [span.kind for span in free_spans(case.frame, syntax) if span.says_something(case.frame)]
    assert bool(told) == bool(case.words)
    clean = zeroed(case.frame, syntax)
    assert not [span.kind for span in free_spans(clean, syntax) if span.says_something(clean)]
    assert is_zeroed_only(case.frame, clean, syntax)
    if case.words:
        at = case.frame.index(case.words)
        other = case.frame[:at] + b"X" + case.frame[at + 1 :]
        assert not is_zeroed_only(case.frame, other, syntax), "only zeros may take the place of words"
    middle = len(case.plain) // 2
    tampered = bytearray(clean)
    tampered[case.frame.rindex(case.plain[middle - 4 : middle + 4])] ^= 1
    assert not is_zeroed_only(case.frame, bytes(tampered), syntax)


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_codecs_and_checks_agree_on_any_segments(data: st.DataObject) -> None:
    syntax = data.draw(st.sampled_from(sorted(ENCODERS)))
    plain = PLAIN[syntax]
    wavelet = syntax.endswith((".90", ".201"))
    markers = st.sampled_from((0x64, 0x63, 0x70, 0x7F) if wavelet else (0xFE, 0xE0, 0xE1, 0xE8, 0xEE, 0xF3, 0x02))
    starts = st.sampled_from(
        (b"", b"JFIF\0\1\1", b"Adobe\0d", b"\0\1", b"mrfx", b"SPIFF\0", b"\0\1Lavc57.1", b"Lavc57.1")
    )
    contents = st.builds(lambda start, rest: start + rest, starts, st.binary(max_size=40))
    pieces = data.draw(st.lists(st.builds(segment, markers, contents), max_size=4))
    at = plain.index(b"\xff\x90") if wavelet else 2
    frame = plain[:at] + b"".join(pieces) + plain[at:] + data.draw(st.binary(max_size=5))
    clean = zeroed(frame, syntax)
    assert is_zeroed_only(frame, clean, syntax)
    assert not [span for span in free_spans(clean, syntax) if span.says_something(clean)]


@pytest.mark.parametrize("syntax", ENCODERS)
def test_a_frame_that_has_no_end_is_refused(syntax: str) -> None:
    plain = ENCODERS[syntax](samples())
    for broken in (plain[: len(plain) // 2], plain[:-1] + b"\0", b"", plain[1:]):
        if broken == plain[:-1] + b"\0" and syntax.endswith((".90", ".201")):
            continue  # a codestream whose tiles say where they end may lack its end marker's second byte
        with pytest.raises(SourceDataError):
            telling_ranges(broken, syntax)
        with pytest.raises(SourceDataError):
            list(free_spans(broken, syntax))


def test_boxes_around_jpeg_xl_are_found() -> None:
    start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    frame = start + box(b"Exif", NAME) + box(b"jxlc", b"\xff\x0a samples") + box(b"jbrd", NAME)
    clean = zeroed(frame, JPEG_XL)
    assert NAME not in clean
    assert clean.startswith(start)
    assert b"\xff\x0a samples" in clean
    assert is_zeroed_only(frame, clean, JPEG_XL)
    assert telling_ranges(b"\xff\x0a bare", JPEG_XL) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"Created by OpenJPEG version 2.5.4", True),
        (b"Created by GDCM/OpenJPEG version 2.0", True),
        (b"Creator: JasPer Version 1.701.0", True),
        (b"Kakadu-2.2", True),
        (b"OpenJPH Ver 0.26.3.", True),
        (b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90\n", True),
        (b"Kakadu-v1956.02.03", False),
        (b"Created by OpenJPEG version 2.5.4 for Q", False),
        (b"Lavc57.107.100 Quillfeather", False),
        (b"", False),
    ],
)
def test_only_names_of_encoders_stay(text: bytes, expected: bool) -> None:
    assert is_encoder_name(text) is expected


def test_names_that_our_own_encoders_write_stay() -> None:
    for syntax, encoder in ENCODERS.items():
        assert telling_ranges(encoder(samples()), syntax) == []
