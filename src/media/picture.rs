//! One picture: looked at, decoded within bounds, drawn anew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use super::FileType;
use crate::domain::refusal::Refusal;

/// Of 100: nothing is lost that people see.
const QUALITY: u8 = 85;

/// Bytes that a decoder may take for each pixel: four colours of 16 bits.
const BYTES_PER_PIXEL: u64 = 8;

/// Bytes that a decoder may take beside the pixels.
const WORKING_BYTES: u64 = 16 * 1024 * 1024;

/// What a picture may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Pixels in all.
    pub pixels: u32,
    /// Pixels on one side.
    pub side: u32,
}

impl Bounds {
    fn refusal(self) -> Refusal {
        Refusal::TooManyPixels { pixels: self.pixels, side: self.side }
    }

    fn limits(self) -> Limits {
        let mut limits = Limits::default();
        limits.max_image_width = Some(self.side);
        limits.max_image_height = Some(self.side);
        limits.max_alloc = Some(u64::from(self.pixels) * BYTES_PER_PIXEL + WORKING_BYTES);
        limits
    }

    /// Before anything is decoded, by what the head of the file says.
    fn check(self, (width, height): (u32, u32)) -> Result<(), Refusal> {
        if width == 0 || height == 0 {
            return Err(Refusal::FileBroken);
        }
        let fits = width <= self.side && height <= self.side && u64::from(width) * u64::from(height) <= u64::from(self.pixels);
        if fits { Ok(()) } else { Err(self.refusal()) }
    }
}

/// The picture in a file as a JPEG, its longer side at most so long.
pub(super) fn draw(content: &[u8], file: FileType, bounds: Bounds, longest: u32) -> Result<Vec<u8>, Refusal> {
    let refuse = |error: ImageError| if matches!(error, ImageError::Limits(_)) { bounds.refusal() } else { Refusal::FileBroken };
    let mut reader = ImageReader::with_format(Cursor::new(content), format(file)?);
    reader.limits(bounds.limits());
    let mut decoder = reader.into_decoder().map_err(refuse)?;
    bounds.check(decoder.dimensions())?;
    // Cameras leave a picture lying and say so in its metadata, which is not kept.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(refuse)?;
    if image.width().max(image.height()) > longest {
        image = image.thumbnail(longest, longest);
    }
    image.apply_orientation(orientation);
    let mut drawn = Vec::new();
    JpegEncoder::new_with_quality(&mut drawn, QUALITY).encode_image(&opaque(image)).map_err(refuse)?;
    Ok(drawn)
}

fn format(file: FileType) -> Result<ImageFormat, Refusal> {
    match file {
        FileType::Png => Ok(ImageFormat::Png),
        FileType::Jpeg => Ok(ImageFormat::Jpeg),
        FileType::Gif => Ok(ImageFormat::Gif),
        FileType::WebP => Ok(ImageFormat::WebP),
        FileType::Pdf => Err(Refusal::FileBroken),
    }
}

/// What shines through shows white.
fn opaque(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let seen = image.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0.map(u32::from);
        let over_white = |colour: u32| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        Rgb([red, green, blue].map(over_white))
    })
}
