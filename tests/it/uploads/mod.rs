//! Pictures and identity documents: what comes in, what is kept of it, who sees it.

mod images;
mod kyc;
mod rights;
mod switches;

use std::io::Cursor;

use flate2::Crc;
use flate2::write::ZlibEncoder;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use reqwest::Client;
use serde_json::{Value, json};

use crate::graphql::served::Served;
use crate::transport::uploads::{BOUNDARY, request};

/// Runs a mutation with `input` and files, by multipart.
pub async fn send(served: &Served, token: &str, document: &str, input: Value, files: &[(&str, &[u8])]) -> (u16, Value) {
    let operations = json!({ "query": document, "variables": { "input": input } });
    let map: Value =
        files.iter().enumerate().map(|(index, (path, _))| (index.to_string(), json!([format!("variables.input.{path}")]))).collect();
    let files: Vec<_> = files.iter().map(|(_, file)| *file).collect();
    post(served, token, request(&operations, &map, &files)).await
}

pub async fn post(served: &Served, token: &str, body: Vec<u8>) -> (u16, Value) {
    let request = Client::new().post(served.url("http", "/graphql")).bearer_auth(token).header("graphql-require-preflight", "1");
    let request = request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A picture with a gradient, half of it see-through.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbaImage::from_fn(width, height, |x, y| {
        let part = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
        Rgba([part(x, width), part(y, height), 90, if x < width / 2 { 255 } else { 128 }])
    });
    let image = DynamicImage::from(image);
    let image = if format == ImageFormat::Jpeg { image.into_rgb8().into() } else { image };
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A JPEG with metadata that says where it was taken, and that it lies on its side.
pub fn photograph(width: u32, height: u32) -> Vec<u8> {
    let plain = picture(width, height, ImageFormat::Jpeg);
    // TIFF, little-endian: one entry, orientation 6; then words.
    let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPS 52.5200 N 13.4050 E <script>alert(1)</script>");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
}

/// A PNG of these chunks.
pub fn png(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        let mut crc = Crc::new();
        crc.update(*kind);
        crc.update(data);
        file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        file.extend(*kind);
        file.extend(data);
        file.extend(crc.sum().to_be_bytes());
    }
    file
}

/// The head of a PNG with 8-bit grey.
pub fn head(width: u32, height: u32) -> Vec<u8> {
    [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat()
}

/// So many zeros, deflated.
pub fn zeros(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), bytes as u64), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

pub fn contains(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}
