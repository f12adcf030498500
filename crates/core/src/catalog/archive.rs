//! Writes several files as one zip file without compression, so that a browser can offer a pack as a download.
//!
//! ```text
//! each file      "PK\3\4"  version 20, flags 2048 (names in UTF-8), method 0, time 0, date 33 (1980-01-01)
//!                u32 CRC-32, u32 size, u32 size, u16 length of the name, u16 0, name, bytes
//! each file      "PK\1\2"  version 20, then as above; u16 0 (comment), u16 0, u16 0, u32 0, u32 offset of its "PK\3\4"
//! at the end     "PK\5\6"  u16 0, u16 0, u16 files, u16 files, u32 length and u32 offset of the directory, u16 0
//! ```
//! Equal files give equal bytes, because the date is always the earliest one of the format. Must not know what the
//! files contain.

use flate2::Crc;

/// Returns a zip file of `files`, which are names and contents. Their total size must be below 4 GB.
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let offset = out.len() as u32;
        let mut crc = Crc::new();
        crc.update(bytes);
        let mut header = Vec::new();
        for field in [20u16, 2048, 0, 0, 33] {
            header.extend(field.to_le_bytes());
        }
        for field in [crc.sum(), bytes.len() as u32, bytes.len() as u32] {
            header.extend(field.to_le_bytes());
        }
        header.extend((name.len() as u16).to_le_bytes());
        header.extend([0, 0]);
        out.extend([b"PK\x03\x04", &header[..], name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x14\0", &header[..], &[0; 10], &offset.to_le_bytes(), name.as_bytes()].concat());
    }
    let (offset, length, count) = (out.len() as u32, directory.len() as u32, files.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([length.to_le_bytes(), offset.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_lists_each_file_with_its_offset() {
        let files = [("a.json".to_owned(), b"{}".to_vec()), ("目录.bin".to_owned(), vec![0, 255])];
        let zip = zip(&files);
        let u32_at = |at: usize| u32::from_le_bytes(zip[at..at + 4].try_into().unwrap()) as usize;
        let u16_at = |at: usize| usize::from(u16::from_le_bytes(zip[at..at + 2].try_into().unwrap()));
        let end = zip.len() - 22;
        assert_eq!((&zip[end..end + 4], u16_at(end + 10)), (b"PK\x05\x06" as &[u8], 2));
        let mut entry = u32_at(end + 16);
        assert_eq!(entry + u32_at(end + 12), end);
        for (name, bytes) in &files {
            assert_eq!(&zip[entry..entry + 4], b"PK\x01\x02");
            let (length, at) = (u16_at(entry + 28), u32_at(entry + 42));
            assert_eq!(&zip[entry + 46..entry + 46 + length], name.as_bytes());
            assert_eq!(
                (&zip[at..at + 4], u32_at(at + 18), u16_at(at + 26)),
                (b"PK\x03\x04" as &[u8], bytes.len(), length)
            );
            assert_eq!(&zip[at + 30 + length..][..bytes.len()], bytes);
            entry += 46 + length;
        }
        assert_eq!(u32_at(14), 0xa3a6_bf43, "the CRC-32 of {{}}");
    }
}
