//! Finds frames in a stream of bytes that may begin anywhere and hold anything. Pure.

/// What can be said of the bytes at the front of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Front<T> {
    /// A frame of so many bytes.
    Frame(usize, T),
    /// A frame, or noise that looks like the beginning of one; more bytes will tell.
    Incomplete,
    /// So many bytes (at least one) begin no frame.
    Noise(usize),
}

/// Bytes as they were read. The caller pushes, and calls [`Stream::next`] until it gives `None`. A frame behind noise,
/// behind a torn frame or behind another frame is found.
///
/// It keeps no more than what may still become a frame, however much passes through it.
#[derive(Debug, Default)]
pub struct Stream {
    buffer: Vec<u8>,
    at: usize,
    skipped: usize,
}

impl Stream {
    /// Appends what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the first occurrence of `echo` out of the stream. `false` if it is not (wholly) there yet.
    pub fn take_echo(&mut self, echo: &[u8]) -> bool {
        match self.rest().windows(echo.len().max(1)).position(|window| window == echo) {
            Some(at) => {
                self.skipped += at;
                self.at += at + echo.len();
                true
            }
            None => false,
        }
    }

    /// Whether what is there is the beginning of `echo`, and no more than that.
    pub fn begins(&self, echo: &[u8]) -> bool {
        !self.rest().is_empty() && self.rest().len() < echo.len() && echo.starts_with(self.rest())
    }

    /// The next frame, as `front` recognises it. `None`: more bytes are needed.
    pub fn next<T>(&mut self, mut front: impl FnMut(&[u8]) -> Front<T>) -> Option<T> {
        while !self.rest().is_empty() {
            match front(self.rest()) {
                Front::Frame(length, frame) => {
                    self.at += length;
                    return Some(frame);
                }
                Front::Incomplete => return None,
                Front::Noise(count) => self.skip(count),
            }
        }
        None
    }

    /// As [`Stream::next`] when no more bytes will come: what is incomplete now was noise, and may have hidden a frame.
    pub fn last<T>(&mut self, mut front: impl FnMut(&[u8]) -> Front<T>) -> Option<T> {
        loop {
            match self.next(&mut front) {
                None if !self.rest().is_empty() => self.skip(1),
                found => return found,
            }
        }
    }

    /// Bytes that fitted no frame so far, and bytes that still wait for more.
    pub fn unused(&self) -> usize {
        self.skipped + self.rest().len()
    }

    /// Bytes that fitted no frame so far.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    fn skip(&mut self, count: usize) {
        let count = count.clamp(1, self.rest().len().max(1));
        self.at += count;
        self.skipped += count;
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at.min(self.buffer.len())..]
    }
}

/// The bytes up to the next that can begin a frame are noise; the first of them is in any case.
pub(super) fn noise<T>(bytes: &[u8], begins: impl Fn(u8) -> bool) -> Front<T> {
    let behind = bytes.get(1..).unwrap_or_default();
    Front::Noise(1 + behind.iter().position(|byte| begins(*byte)).unwrap_or(behind.len()))
}

/// Whether `bytes` agree with `pattern` as far as both go; `None` in the pattern is any byte.
pub(super) fn agrees(bytes: &[u8], pattern: &[Option<u8>]) -> bool {
    bytes.iter().zip(pattern).all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Every frame in `chunks`, and how many bytes were left over.
    pub(crate) fn decode<T>(chunks: &[&[u8]], mut front: impl FnMut(&[u8]) -> Front<T>) -> (Vec<T>, usize) {
        let mut stream = Stream::default();
        let mut frames = Vec::new();
        for chunk in chunks {
            stream.push(chunk);
            while let Some(frame) = stream.next(&mut front) {
                frames.push(frame);
            }
        }
        (frames, stream.unused())
    }

    /// Three bytes: 7, any, 7.
    fn sevens(bytes: &[u8]) -> Front<u8> {
        match bytes {
            [7, any, 7, ..] => Front::Frame(3, *any),
            [7] | [7, _] => Front::Incomplete,
            _ => noise(bytes, |byte| byte == 7),
        }
    }

    #[test]
    fn a_frame_behind_anything_is_found_and_the_rest_is_counted() {
        for (bytes, frames, unused) in [
            (&[7, 1, 7][..], vec![1], 0),
            (&[0, 0, 7, 1, 7, 0, 7, 2, 7], vec![1, 2], 3),
            (&[7, 7, 1, 7], vec![1], 1),
            (&[7, 1], vec![], 2),
        ] {
            assert_eq!(decode(&[bytes], sevens), (frames, unused), "{bytes:?}");
        }
    }

    #[test]
    fn what_looked_like_a_beginning_hides_nothing_when_the_line_is_silent() {
        // Four bytes of which the first looks like the beginning of five.
        let five = |bytes: &[u8]| match bytes {
            [9, rest @ ..] if rest.len() < 4 => Front::Incomplete,
            _ => sevens(bytes),
        };
        let mut stream = Stream::default();
        stream.push(&[9, 7, 1, 7]);
        assert_eq!(stream.next(five), None);
        assert_eq!((stream.last(five), stream.last(five), stream.unused()), (Some(1), None, 1));
    }

    #[test]
    fn the_beginning_of_an_echo_is_told_from_anything_else() {
        for (bytes, begins) in [(&[][..], false), (&[1], true), (&[1, 2], true), (&[1, 2, 3], false), (&[2], false)] {
            let mut stream = Stream::default();
            stream.push(bytes);
            assert_eq!(stream.begins(&[1, 2, 3]), begins, "{bytes:?}");
        }
    }

    #[test]
    fn it_does_not_grow() {
        let mut stream = Stream::default();
        for _ in 0..10_000 {
            stream.push(&[0, 7, 7, 3, 0, 7]);
            while stream.next(sevens).is_some() {}
        }
        assert!(stream.buffer.capacity() < 64, "{}", stream.buffer.capacity());
    }
}
