//! The file of the vectors and of the centring map, which vectors of the visitor's texts go through as well.
//!
//! ```text
//! vectors  8 bytes   "NMVECT02"
//!          u32       N, the number of rows
//!          u32       H, the width of the rows; 0 if there are no vectors
//!          u32       D, the width of the model's vectors
//!          f32 [D]   mean             f32 [D]  axis of the centring map
//!          f32 [H, D] basis, only if H is less than D
//!          f32 [N]   scales           i8 [N, H]  components
//! ```
//!
//! Binary codes are not stored: [`crate::vectors::BinaryCodes`] computes them from the components in less time than a
//! download would take. Numbers are little-endian.

use std::io::{self, Write};

use crate::{
    bytes::{DecodeError, Reader, put_f32s},
    vectors::{Centre, Matrix},
};

const MAGIC: &[u8; 8] = b"NMVECT02";

/// Writes the file to `out`. Fails only if `out` does.
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

/// Decodes the file. Takes ownership of `bytes`, which become the matrix: the vectors are most of the memory of a large
/// catalogue, so they are not copied.
pub fn read(mut bytes: Vec<u8>) -> Result<(Matrix, Centre), DecodeError> {
    let mut reader = Reader::with_magic(&bytes, MAGIC)?;
    let [rows, width, model_width] = [reader.u32()? as usize, reader.u32()? as usize, reader.u32()? as usize];
    let too_large = DecodeError("its number of components is too large");
    if width > model_width {
        return Err(DecodeError("its rows are wider than the model's vectors"));
    }
    let (mean, axis) = (reader.f32s(model_width)?, reader.f32s(model_width)?);
    let basis = if width < model_width {
        reader.f32s(width.checked_mul(model_width).ok_or(too_large.clone())?)?
    } else {
        Vec::new()
    };
    let scales = reader.f32s(rows)?;
    let components = reader.position();
    reader.take(rows.checked_mul(width).ok_or(too_large.clone())?)?;
    reader.finish()?;
    bytes.drain(..components);
    let matrix = Matrix::from_parts(width, bytes, scales).ok_or(too_large)?;
    Ok((matrix, Centre { mean, axis, basis }))
}
