//! Little-endian numbers, variable-length integers and strings: what binary files are made of.
//!
//! A reader never allocates more than the bytes that are left can fill, whatever a length claims.

/// The bytes end too soon, or say something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError(pub &'static str);

/// Few enough that a small file cannot ask for a large memory, and more than addresses of one shop have in common.
pub const MAX_SHARED_PREFIX: usize = 127;

/// Reads numbers and strings from the front of a byte slice.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` begins in the file.
    position: usize,
}

impl<'a> Reader<'a> {
    /// From the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, position: 0 }
    }

    /// After the eight bytes that say which format and version this is.
    pub fn with_magic(bytes: &'a [u8], magic: &[u8; 8]) -> Result<Self, DecodeError> {
        let mut reader = Self::new(bytes);
        match reader.take(magic.len()) {
            Ok(found) if found == magic => Ok(reader),
            _ => Err(DecodeError("it does not begin with the format's eight bytes")),
        }
    }

    /// Where the next byte lies: in the whole file, in a block too.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The next `len` bytes. An error where fewer are left.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(DecodeError("it ends too soon"))?;
        self.rest = rest;
        self.position += len;
        Ok(taken)
    }

    /// A number of four bytes.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(self.take(4)?.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }

    /// A floating-point number of eight bytes. It may be infinite or NaN.
    pub fn f64(&mut self) -> Result<f64, DecodeError> {
        let bytes = self.take(8)?;
        Ok(f64::from_le_bytes(std::array::from_fn(|at| bytes[at])))
    }

    /// `count` floating-point numbers of four bytes each. An error where one of them is infinite or NaN.
    pub fn f32s(&mut self, count: usize) -> Result<Vec<f32>, DecodeError> {
        let bytes = self.take(count.checked_mul(4).ok_or(DecodeError("it ends too soon"))?)?;
        let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(DecodeError("a number is not finite"))
        }
    }

    /// LEB128: seven bits a byte, the lowest first.
    pub fn varint64(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError("a number is too large"))
    }

    /// Like [`Reader::varint64`], but an error where the number does not fit in 32 bits.
    pub fn varint(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.varint64()?).map_err(|_| DecodeError("a number is too large"))
    }

    /// The next byte. An error where none is left.
    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        Ok(self.take(1)?[0])
    }

    /// A part that is read by itself: its varint length in bytes, then these.
    pub fn block(&mut self) -> Result<Self, DecodeError> {
        let (len, position) = (self.count()?, self.position);
        Ok(Self { rest: self.take(len)?, position })
    }

    /// A number of things that take at least one byte each.
    pub fn count(&mut self) -> Result<usize, DecodeError> {
        let count = self.varint()? as usize;
        if count <= self.rest.len() { Ok(count) } else { Err(DecodeError("it ends too soon")) }
    }

    /// A string: its length in bytes as a varint, then its UTF-8. An error where it is not UTF-8.
    pub fn str(&mut self) -> Result<&'a str, DecodeError> {
        let len = self.count()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| DecodeError("a word is not UTF-8"))
    }

    /// A string that begins like `before`, and takes its position: a byte for how many they have in common, no more than
    /// [`MAX_SHARED_PREFIX`], and a string of the rest.
    pub fn front_coded_str(&mut self, before: &mut Vec<u8>) -> Result<String, DecodeError> {
        self.front_coded_bytes(before)?;
        std::str::from_utf8(before).map(str::to_owned).map_err(|_| DecodeError("a word is not UTF-8"))
    }

    /// The same, of a string that is only on the way to another.
    pub fn front_coded_bytes(&mut self, before: &mut Vec<u8>) -> Result<(), DecodeError> {
        let common = usize::from(self.byte()?);
        if common > before.len().min(MAX_SHARED_PREFIX) {
            return Err(DecodeError("a string has more in common with the one before than can be"));
        }
        let len = self.count()?;
        before.truncate(common);
        before.extend_from_slice(self.take(len)?);
        Ok(())
    }

    /// Bytes that are not read yet.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether all bytes have been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Checks that all bytes have been read. An error where some are left.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError("bytes are left over")) }
    }
}

/// Appends `value` as [`Reader::varint`] reads it.
pub fn put_varint(bytes: &mut Vec<u8>, value: u32) {
    put_varint64(bytes, value.into());
}

/// Up to 63 bits.
pub fn put_varint64(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Appends `text` as [`Reader::str`] reads it. `text` must be shorter than 4 GiB.
pub fn put_str(bytes: &mut Vec<u8>, text: &str) {
    put_varint(bytes, text.len() as u32);
    bytes.extend_from_slice(text.as_bytes());
}

/// What [`Reader::front_coded_str`] reads.
pub fn put_front_coded_str(bytes: &mut Vec<u8>, before: &mut Vec<u8>, text: &str) {
    let common = before.iter().zip(text.as_bytes()).take(MAX_SHARED_PREFIX).take_while(|(a, b)| a == b).count();
    bytes.push(common as u8);
    put_varint64(bytes, (text.len() - common) as u64);
    bytes.extend_from_slice(&text.as_bytes()[common..]);
    before.truncate(common);
    before.extend_from_slice(&text.as_bytes()[common..]);
}

/// Appends four bytes for each of `values`, as [`Reader::f32s`] reads them.
pub fn put_f32s(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}
