//! Little-endian numbers, variable-length integers and strings: what the pack's binary files are made of.
//!
//! A reader never allocates more than the bytes that are left can fill, whatever a length claims.

/// The bytes end too soon, or say something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// After the eight bytes that say which format and version this is.
    pub fn new(bytes: &'a [u8], magic: &[u8; 8]) -> Result<Self, Malformed> {
        match bytes.strip_prefix(magic) {
            Some(rest) => Ok(Self { rest }),
            None => Err(Malformed("it does not begin with the format's eight bytes")),
        }
    }

    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Malformed("it ends too soon"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(self.take(4)?.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }

    pub fn f32s(&mut self, count: usize) -> Result<Vec<f32>, Malformed> {
        let bytes = self.take(count.checked_mul(4).ok_or(Malformed("it ends too soon"))?)?;
        let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if values.iter().all(|value| value.is_finite()) { Ok(values) } else { Err(Malformed("a number is not finite")) }
    }

    /// LEB128: seven bits a byte, the lowest first.
    pub fn varint(&mut self) -> Result<u32, Malformed> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return u32::try_from(value).map_err(|_| Malformed("a number is too large"));
            }
        }
        Err(Malformed("a number is too large"))
    }

    /// A number of things that take at least one byte each.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.varint()? as usize;
        if count <= self.rest.len() { Ok(count) } else { Err(Malformed("it ends too soon")) }
    }

    pub fn str(&mut self) -> Result<&'a str, Malformed> {
        let len = self.count()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| Malformed("a word is not UTF-8"))
    }

    pub fn end(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed("bytes are left over")) }
    }
}

pub fn put_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

pub fn put_str(bytes: &mut Vec<u8>, text: &str) {
    put_varint(bytes, text.len() as u32);
    bytes.extend_from_slice(text.as_bytes());
}

pub fn put_f32s(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}
