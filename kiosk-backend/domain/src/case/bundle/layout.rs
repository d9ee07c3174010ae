//! The layout of a bundle, byte for byte: the one that its writer makes, and no other.
//!
//! A `.zip` says twice what is in it, before each file and in the directory at its end, and unpackers believe one or the
//! other; bytes that neither names are shown by some and skipped by others. So there is no judging of tricks one by one:
//! files lie one after another from the first byte on, each as the directory says in the directory's order, then the
//! directory, then its end record, and not a byte beside them. Field positions are those of APPNOTE 4.3.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of the end record without a comment (4.3.16).
const END: usize = 22;
/// Bytes of a directory record before its name (4.3.12).
const RECORD: usize = 46;
/// Bytes before the name in front of a file (4.3.7).
const LOCAL: usize = 30;
/// Of the general purpose flags: names are UTF-8 (4.4.4). No other is used.
const UTF8: u16 = 1 << 11;
/// Of a Unix mode in the external attributes: the kind of file, and that it is an ordinary one.
const KIND: u32 = 0o170_000;
const ORDINARY: u32 = 0o100_000;

/// One file, as the directory says.
struct Record {
    name: Vec<u8>,
    /// Version, flags, method, time, CRC and sizes, as they must stand before the file again.
    said: Vec<u8>,
    size: u64,
    at: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// What is not as the writer lays it out, in words; empty when nothing is.
pub(super) fn flaws<R: Read + Seek>(bundle: &mut R) -> io::Result<Vec<String>> {
    let length = bundle.seek(SeekFrom::End(0))?;
    let mut flaws = Vec::new();
    let found = walk(bundle, length, &mut flaws);
    bundle.seek(SeekFrom::Start(0))?;
    match found {
        // Cut short somewhere: whoever reads the files says which.
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => flaws.push("the .zip is cut short".into()),
        found => found?,
    }
    Ok(flaws)
}

fn walk<R: Read + Seek>(bundle: &mut R, length: u64, flaws: &mut Vec<String>) -> io::Result<()> {
    let Some(end_at) = length.checked_sub(END as u64) else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    let end: [u8; END] = read(bundle, end_at)?;
    if !end.starts_with(b"PK\x05\x06") || u16_at(&end, 20) != 0 {
        flaws.push("something was appended to the .zip".into());
        return Ok(());
    }
    let (count, directory, size) = (u16_at(&end, 10), u64::from(u32_at(&end, 16)), u64::from(u32_at(&end, 12)));
    if u32_at(&end, 4) != 0 || u16_at(&end, 8) != count || directory + size != end_at {
        flaws.push("the .zip has bytes that its directory does not name".into());
        return Ok(());
    }
    let Some(records) = records(bundle, (directory, end_at), count, flaws)? else { return Ok(()) };
    let mut next = 0;
    for record in &records {
        let name = String::from_utf8_lossy(&record.name).into_owned();
        if record.at != next {
            flaws.push(format!("{name}: there are bytes before it that the directory does not name"));
            return Ok(());
        }
        let local: [u8; LOCAL] = read(bundle, next)?;
        let mut own_name = vec![0; usize::from(u16_at(&local, 26))];
        bundle.read_exact(&mut own_name)?;
        let extra = u16_at(&local, 28);
        if !local.starts_with(b"PK\x03\x04") || own_name != record.name || local[4..26] != record.said || extra != 0 {
            flaws.push(format!("{name}: what stands before the file is not what the directory says of it"));
            return Ok(());
        }
        next += (LOCAL + own_name.len()) as u64 + record.size;
    }
    if next != directory {
        flaws.push("there are bytes before the .zip's directory that it does not name".into());
    }
    Ok(())
}

fn records<R: Read + Seek>(
    bundle: &mut R,
    (mut at, end_at): (u64, u64),
    count: u16,
    flaws: &mut Vec<String>,
) -> io::Result<Option<Vec<Record>>> {
    let (mut records, mut names) = (Vec::new(), HashSet::new());
    for _ in 0..count {
        let head: [u8; RECORD] = read(bundle, at)?;
        let mut name = vec![0; usize::from(u16_at(&head, 28))];
        bundle.read_exact(&mut name)?;
        let told = String::from_utf8_lossy(&name).into_owned();
        let [flags, method] = [8, 10].map(|at| u16_at(&head, at));
        let [packed, size, attributes, offset] = [20, 24, 38, 42].map(|at| u32_at(&head, at));
        let kind = (attributes >> 16) & KIND;
        let plain = head.starts_with(b"PK\x01\x02")
            && flags & !UTF8 == 0
            && method == 0
            && packed == size
            && [30, 32, 34].iter().all(|at| u16_at(&head, *at) == 0)
            && (kind == 0 || kind == ORDINARY);
        if !plain {
            flaws.push(format!("{told}: it does not stand in the .zip as an ordinary, unpacked file"));
            return Ok(None);
        }
        if !names.insert(told.to_lowercase()) {
            flaws.push(format!("{told}: a file of this name is in the .zip twice"));
        }
        at += (RECORD + name.len()) as u64;
        records.push(Record { name, said: head[6..28].to_vec(), size: u64::from(size), at: u64::from(offset) });
    }
    if at != end_at {
        flaws.push("the .zip has bytes that its directory does not name".into());
        return Ok(None);
    }
    Ok(Some(records))
}

fn read<const N: usize, R: Read + Seek>(bundle: &mut R, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    bundle.seek(SeekFrom::Start(at))?;
    bundle.read_exact(&mut bytes)?;
    Ok(bytes)
}
