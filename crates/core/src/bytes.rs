//! Reads and writes the elements of the binary file formats: little-endian numbers, LEB128 integers and strings.
//!
//! A reader never allocates more memory than the remaining bytes can fill, whatever length a file claims.

/// A file cannot be decoded: it is cut short or contains an invalid value. Holds a description of the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError(pub &'static str);

/// The longest prefix, in bytes, that a front-coded string shares with the string before it. The limit stops a small
/// file from expanding to a large amount of memory; the URLs of one shop share less than this.
pub const MAX_SHARED_PREFIX: usize = 127;

/// Reads numbers and strings from the front of a byte slice.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Offset of `rest` in the file.
    position: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, position: 0 }
    }

    /// A reader behind the eight magic bytes that identify the format and its version. Fails if `bytes` does not begin
    /// with `magic`.
    pub fn with_magic(bytes: &'a [u8], magic: &[u8; 8]) -> Result<Self, DecodeError> {
        let mut reader = Self::new(bytes);
        match reader.take(magic.len()) {
            Ok(found) if found == magic => Ok(reader),
            _ => Err(DecodeError("it does not begin with the magic bytes of its format")),
        }
    }

    /// Offset of the next byte from the start of the file, also in the reader of a block.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Reads the next `len` bytes. Fails if fewer remain.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(DecodeError("it is cut short"))?;
        self.rest = rest;
        self.position += len;
        Ok(taken)
    }

    /// Reads an unsigned number of four bytes.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(self.take(4)?.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }

    /// Reads a floating-point number of eight bytes. It may be infinite or NaN.
    pub fn f64(&mut self) -> Result<f64, DecodeError> {
        let bytes = self.take(8)?;
        Ok(f64::from_le_bytes(std::array::from_fn(|at| bytes[at])))
    }

    /// Reads `count` floating-point numbers of four bytes each. Fails if one of them is infinite or NaN.
    pub fn f32s(&mut self, count: usize) -> Result<Vec<f32>, DecodeError> {
        let bytes = self.take(count.checked_mul(4).ok_or(DecodeError("it is cut short"))?)?;
        let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(DecodeError("a number is not finite"))
        }
    }

    /// Reads an unsigned LEB128 integer of up to 63 bits: seven bits per byte, least significant first.
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

    /// Like [`Reader::varint64`], but fails if the number does not fit in 32 bits.
    pub fn varint(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.varint64()?).map_err(|_| DecodeError("a number is too large"))
    }

    /// Reads one byte. Fails if none remains.
    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        Ok(self.take(1)?[0])
    }

    /// Reads a block, which is its length in bytes as a varint and then its content, and returns a reader of the
    /// content.
    pub fn block(&mut self) -> Result<Self, DecodeError> {
        let (len, position) = (self.count()?, self.position);
        Ok(Self { rest: self.take(len)?, position })
    }

    /// Reads the number of elements that follow, each of at least one byte. Fails if fewer bytes remain than elements.
    pub fn count(&mut self) -> Result<usize, DecodeError> {
        let count = self.varint()? as usize;
        if count <= self.rest.len() { Ok(count) } else { Err(DecodeError("it is cut short")) }
    }

    /// Reads a string: its length in bytes as a varint, then its UTF-8. Fails if it is not valid UTF-8.
    pub fn str(&mut self) -> Result<&'a str, DecodeError> {
        let len = self.count()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| DecodeError("a string is not valid UTF-8"))
    }

    /// Reads a front-coded string and stores its bytes in `before`, which holds the string read before it. The encoding
    /// is one byte for the length of the prefix that both share, at most [`MAX_SHARED_PREFIX`], then the rest as a
    /// string.
    pub fn front_coded_str(&mut self, before: &mut Vec<u8>) -> Result<String, DecodeError> {
        self.front_coded_bytes(before)?;
        std::str::from_utf8(before).map(str::to_owned).map_err(|_| DecodeError("a string is not valid UTF-8"))
    }

    /// Like [`Reader::front_coded_str`], but leaves the string in `before` without checking that it is UTF-8. For
    /// strings that are only read to reach a later one.
    pub fn front_coded_bytes(&mut self, before: &mut Vec<u8>) -> Result<(), DecodeError> {
        let shared = usize::from(self.byte()?);
        if shared > before.len().min(MAX_SHARED_PREFIX) {
            return Err(DecodeError("a string shares a longer prefix with the one before it than is possible"));
        }
        let len = self.count()?;
        before.truncate(shared);
        before.extend_from_slice(self.take(len)?);
        Ok(())
    }

    /// The number of bytes that have not been read.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether all bytes have been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails if bytes remain.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError("there are bytes after its end")) }
    }
}

/// Appends `value` in the format of [`Reader::varint`].
pub fn put_varint(bytes: &mut Vec<u8>, value: u32) {
    put_varint64(bytes, value.into());
}

/// Appends `value` in the format of [`Reader::varint64`]. `value` must fit in 63 bits.
pub fn put_varint64(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Appends `text` in the format of [`Reader::str`]. `text` must be shorter than 4 GiB.
pub fn put_str(bytes: &mut Vec<u8>, text: &str) {
    put_varint(bytes, text.len() as u32);
    bytes.extend_from_slice(text.as_bytes());
}

/// Appends `text` in the format of [`Reader::front_coded_str`]. `before` holds the string written before it and is set
/// to `text`.
pub fn put_front_coded_str(bytes: &mut Vec<u8>, before: &mut Vec<u8>, text: &str) {
    let shared = before.iter().zip(text.as_bytes()).take(MAX_SHARED_PREFIX).take_while(|(a, b)| a == b).count();
    bytes.push(shared as u8);
    put_varint64(bytes, (text.len() - shared) as u64);
    bytes.extend_from_slice(&text.as_bytes()[shared..]);
    before.truncate(shared);
    before.extend_from_slice(&text.as_bytes()[shared..]);
}

/// Appends `values` in the format of [`Reader::f32s`], four bytes each.
pub fn put_f32s(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}
