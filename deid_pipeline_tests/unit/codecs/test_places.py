"""Frames that begin inside a byte go back to their bits, and their neighbours' bits stay."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deid_pipeline.codecs import FramePlaces, iter_frames
from deid_pipeline_tests.unit.codecs.layouts import make_layout


@given(
    rows=st.integers(1, 5), columns=st.integers(1, 7), frames=st.integers(1, 12), data=st.data(), lead=st.integers(0, 3)
)
def test_any_choice_of_one_bit_frames_is_put_back_in_place(
    rows: int, columns: int, frames: int, data: st.DataObject, lead: int
) -> None:
    pixels = rows * columns
    length = (pixels * frames + 7) // 8
    buffer = data.draw(st.binary(min_size=lead + length, max_size=lead + length))
    layout = make_layout(
        bits_allocated=1, rows=rows, columns=columns, number_of_frames=frames, value_offset=lead, value_length=length
    )
    chosen = data.draw(st.lists(st.sampled_from(range(frames)), unique=True).map(sorted))
    found = list(iter_frames(buffer, layout))
    places = FramePlaces(layout, [one.start for one in found], [one.end for one in found], chosen)
    new = {index: data.draw(st.binary(min_size=(pixels + 7) // 8, max_size=(pixels + 7) // 8)) for index in chosen}
    written, copied = b"", 0
    for index in chosen:
        both = (np.frombuffer(one, np.uint8) for one in (places.content(buffer, index), found[index].data))
        np.testing.assert_array_equal(*(np.unpackbits(one, count=pixels, bitorder="little") for one in both))
        start, end = places.span(index)
        assert copied <= start <= end
        written += buffer[copied:start] + places.replacement(buffer, index, new[index])
        copied = end
    written += buffer[copied:]
    expected = np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")
    for index, bits in new.items():
        first = 8 * lead + index * pixels
        expected[first : first + pixels] = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[:pixels]
    assert written == np.packbits(expected, bitorder="little").tobytes()
