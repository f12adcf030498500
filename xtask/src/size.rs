//! Sizes as a visitor downloads them: compressed by brotli at its best quality, as static hosts store them.

use anyhow::Result;

/// Number of bytes after brotli at quality 11.
pub fn brotli_len(bytes: &[u8]) -> Result<usize> {
    Ok(brotli(bytes)?.len())
}

/// The bytes after brotli at quality 11.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
    Ok(out)
}
