//! The pack's vectors, and the map that a visitor's texts go through to lie among them.
//!
//! ```text
//! vectors  8 bytes   "NMVECT02"
//!          u32       N, rows
//!          u32       H, width of the rows; 0 where nothing was embedded
//!          u32       D, width of the model's vectors
//!          f32 [D]   mean             f32 [D]  axis of the centring
//!          f32 [H, D] basis, where H is less than D
//!          f32 [N]   scales           i8 [N, H]  components
//! ```
//!
//! Their one-bit codes are the signs of the components: [`crate::vectors::BinaryCodes`] makes them when it is opened, in less
//! time than they would take to download. Numbers are little-endian.

use std::io::{self, Write};

use crate::{
    bytes::{DecodeError, Reader, put_f32s},
    vectors::{Centre, Matrix},
};

const MAGIC: &[u8; 8] = b"NMVECT02";

/// Writes the file to `out`. The only errors are those of `out`.
pub fn write(matrix: &Matrix, centre: &Centre, out: &mut impl Write) -> io::Result<()> {
    let mut head = MAGIC.to_vec();
    for number in [matrix.len(), matrix.width(), centre.mean.len()] {
        head.extend((number as u32).to_le_bytes());
    }
    for values in [&centre.mean, &centre.axis, &centre.basis, matrix.scales()] {
        put_f32s(&mut head, values);
    }
    out.write_all(&head)?;
    out.write_all(bytemuck::cast_slice(matrix.rows()))
}

/// `bytes` become the matrix: a large catalogue's are most of what it takes in memory, and are there once.
pub fn read(mut bytes: Vec<u8>) -> Result<(Matrix, Centre), DecodeError> {
    let mut reader = Reader::with_magic(&bytes, MAGIC)?;
    let [rows, width, model] = [reader.u32()? as usize, reader.u32()? as usize, reader.u32()? as usize];
    let too_large = DecodeError("its size is more than can be");
    if width > model {
        return Err(DecodeError("its rows are wider than the model's vectors"));
    }
    let (mean, axis) = (reader.f32s(model)?, reader.f32s(model)?);
    let basis =
        if width < model { reader.f32s(width.checked_mul(model).ok_or(too_large.clone())?)? } else { Vec::new() };
    let scales = reader.f32s(rows)?;
    let components = reader.position();
    reader.take(rows.checked_mul(width).ok_or(too_large.clone())?)?;
    reader.finish()?;
    bytes.drain(..components);
    let matrix = Matrix::from_parts(width, bytes, scales).ok_or(too_large)?;
    Ok((matrix, Centre { mean, axis, basis }))
}
