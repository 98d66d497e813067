//! Files that people send: recognised by their content, and pictures drawn anew, so that nothing of the file but its pixels is kept (promise P28).

mod picture;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use tokio::sync::Semaphore;

use self::picture::Bounds;
use crate::config::upload::Upload;
use crate::domain::refusal::Refusal;

/// The content of a file.
pub type Content = Arc<[u8]>;

/// The type of every picture that is kept.
pub const JPEG: &str = "image/jpeg";

/// The type of a document that is kept as it was sent.
pub const PDF: &str = "application/pdf";

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// The first picture counts.
    Gif,
    /// WebP.
    WebP,
    /// Portable Document Format.
    Pdf,
}

impl FileType {
    /// The type of a file; `None` for every other one.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        let begins = |with: &[u8]| content.starts_with(with);
        if begins(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if begins(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if begins(b"GIF87a") || begins(b"GIF89a") {
            Some(Self::Gif)
        } else if begins(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if begins(b"%PDF-1.") || begins(b"%PDF-2.") {
            Some(Self::Pdf)
        } else {
            None
        }
    }
}

/// Makes sure that a PDF has its end; what is inside is for the person's own reader.
///
/// # Errors
/// [`Refusal::FileBroken`]
pub fn check_pdf(content: &[u8]) -> Result<(), Refusal> {
    let end = &content[content.len().saturating_sub(1_024)..];
    if end.windows(5).any(|part| part == b"%%EOF") { Ok(()) } else { Err(Refusal::FileBroken) }
}

/// Draws pictures anew, a few at a time, away from the threads that serve requests. Cheap to clone.
#[derive(Clone)]
pub struct Studio {
    bounds: Bounds,
    places: Arc<Semaphore>,
}

impl Studio {
    /// With the limits of the configuration.
    #[must_use]
    pub fn new(upload: &Upload) -> Self {
        let bounds = Bounds { pixels: upload.image_pixels, side: upload.image_side };
        Self { bounds, places: Arc::new(Semaphore::new(upload.concurrent_images as usize)) }
    }

    /// The picture in a file as a JPEG without metadata, upright, its longer side at most so long.
    ///
    /// # Errors
    /// [`Refusal`]: `TooManyPixels`, `FileBroken`.
    pub async fn draw(&self, content: Content, file: FileType, longest: u32) -> Result<Vec<u8>, Refusal> {
        let bounds = self.bounds;
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Refusal::FileBroken)?;
        let work = move || {
            let drawn = std::panic::catch_unwind(AssertUnwindSafe(|| picture::draw(&content, file, bounds, longest)));
            drop(place);
            // A file on which the decoder gives up in this way is broken too.
            drawn.unwrap_or(Err(Refusal::FileBroken))
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::FileBroken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_what_a_file_is() {
        for (content, file) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), Some(FileType::Png)),
            (b"\xff\xd8\xff\xe0", Some(FileType::Jpeg)),
            (b"GIF89a", Some(FileType::Gif)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(FileType::WebP)),
            (b"%PDF-1.7\n", Some(FileType::Pdf)),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"<!doctype html>", None),
            (b" \x89PNG\r\n\x1a\n", None),
            (b"BM", None),
            (b"", None),
        ] {
            assert_eq!(FileType::of(content), file, "{content:?}");
        }
    }

    #[test]
    fn a_pdf_has_an_end() {
        assert!(check_pdf(b"%PDF-1.7\n1 0 obj\n%%EOF\n").is_ok());
        assert_eq!(check_pdf(b"%PDF-1.7\n1 0 obj\n"), Err(Refusal::FileBroken));
        assert_eq!(check_pdf(&[b"%PDF-1.7\n%%EOF".as_slice(), &[b' '; 2_000]].concat()), Err(Refusal::FileBroken));
    }
}
