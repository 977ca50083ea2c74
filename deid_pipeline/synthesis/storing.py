"""From brightness to stored values: the pixel module of a data set (PS3.3 C.7.6.3).

What belongs here: bits, sign, photometric interpretation, byte order, compression. What does not: what is shown.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deid_pipeline.synthesis.recipes import ImageRecipe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from deid_pipeline.synthesis.pictures import Picture

_JPEG_QUALITY = 90
_TINT = (1.0, 0.95, 0.8)  # RGB pictures are not grey


def store_pixels(dataset: Dataset, recipe: ImageRecipe, *, frames: Sequence[Picture]) -> None:
    """Write the pixel module and the pixel data into a data set, in the recipe's transfer syntax.

    Parameters
    ----------
    dataset
        Changed in place; its file meta information names the transfer syntax already.
    recipe
        The pixel format.
    frames
        One picture (rows, columns), float32 from 0 to 1, for each frame.
    """
    import numpy as np

    stored = np.stack([_stored_values(frame, recipe) for frame in frames])
    samples = 3 if recipe.photometric_interpretation == "RGB" else 1
    dataset.SamplesPerPixel = samples
    dataset.PhotometricInterpretation = recipe.photometric_interpretation
    if samples > 1:
        dataset.PlanarConfiguration = recipe.planar_configuration
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
        dataset.FrameTime = 40
    dataset.Rows, dataset.Columns = recipe.rows, recipe.columns
    dataset.BitsAllocated = stored.dtype.itemsize * 8
    dataset.BitsStored, dataset.HighBit = recipe.bits_stored, recipe.bits_stored - 1
    dataset.PixelRepresentation = int(recipe.signed)
    if recipe.photometric_interpretation == "PALETTE COLOR":
        _add_palette(dataset)
    _add_pixel_data(dataset, recipe, stored)


def _stored_values(picture: Picture, recipe: ImageRecipe) -> NDArray[np.generic]:
    import numpy as np

    if recipe.photometric_interpretation == "RGB":
        colours: Picture = np.stack([picture * tint for tint in _TINT], axis=0 if recipe.planar_configuration else 2)
        return (colours * 255 + 0.5).astype(np.uint8)
    if recipe.photometric_interpretation in {"MONOCHROME1", "PALETTE COLOR"}:
        picture = 1 - picture  # high stored values are dark
    if recipe.signed:
        hounsfield: Picture = np.round(picture * 2500 - 1000)
        return hounsfield.astype(np.int16)
    values: Picture = np.round(picture * (2**recipe.bits_stored - 1))
    return values.astype(np.uint8) if recipe.bits_stored <= 8 else values.astype(np.uint16)


def _add_palette(dataset: Dataset) -> None:
    """Add a look-up table that falls from white at 0 to black at 255 (PS3.3 C.7.9)."""
    import numpy as np

    falling = (np.arange(255, -1, -1, dtype=np.uint16) * 257).astype("<u2").tobytes()
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", falling)


def _add_pixel_data(dataset: Dataset, recipe: ImageRecipe, stored: NDArray[np.generic]) -> None:
    from imagecodecs import jpeg2k_encode
    from pydicom.encaps import encapsulate
    from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

    vr = "OB" if stored.dtype.itemsize == 1 else "OW"
    if recipe.transfer_syntax_uid == JPEGBaseline8Bit:
        coded = [_progressive(frame) if recipe.progressive else _baseline(frame) for frame in stored]
        dataset.add_new("PixelData", "OB", encapsulate(coded))
        dataset["PixelData"].is_undefined_length = True
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionRatio = round(stored.nbytes / sum(map(len, coded)), 2)
        dataset.LossyImageCompressionMethod = "ISO_10918_1"
    elif recipe.transfer_syntax_uid == JPEG2000Lossless:
        coded = [bytes(jpeg2k_encode(frame, level=0, codecformat="j2k", reversible=True)) for frame in stored]
        dataset.add_new("PixelData", "OB", encapsulate(coded))
        dataset["PixelData"].is_undefined_length = True
    elif recipe.transfer_syntax_uid == RLELossless:
        dataset.compress(RLELossless, stored.squeeze(0), encoding_plugin="pydicom", generate_instance_uid=False)
    else:
        big_endian = recipe.transfer_syntax_uid == ExplicitVRBigEndian
        raw = stored.astype(stored.dtype.newbyteorder(">" if big_endian else "<")).tobytes()
        dataset.add_new("PixelData", vr, raw + b"\0" * (len(raw) % 2))


def _baseline(frame: NDArray[np.generic]) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpeg8_encode(frame, level=_JPEG_QUALITY))


def _progressive(frame: NDArray[np.generic]) -> bytes:
    """A JPEG stream of several passes over the picture, which the syntax does not allow and archives hold."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, format="JPEG", quality=_JPEG_QUALITY, progressive=True)
    return stream.getvalue()
