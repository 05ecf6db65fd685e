//! Images as the text of a table, for what reads tables row by row: prediction and its judgement.

use std::io::{self, Read, Write};

use super::idx::pixel_name;
use crate::data::source::Source;
use crate::data::source::idx_file::{ImageFile, labels_of};
use crate::data::source::input::Input;
use crate::error::{Error, Result};

/// The images of `source` as a table: a column for every pixel, and `label` where the labels lie
/// beside.
///
/// # Errors
/// Those of [`crate::data::load_with`] for files of images, but for missing labels.
pub(crate) fn as_text(source: &Source) -> Result<Input> {
    let mut file = ImageFile::open(source)?;
    let labels = match labels_of(source, file.all) {
        Err(Error::NoSuchInput { .. }) => None,
        labels => Some(labels?),
    };
    // Before a name is made for every pixel, there must be an image that has as many.
    let mut first = Vec::new();
    file.read_image(1, &mut first, source)?;
    let names = (0..file.pixels()).map(|pixel| pixel_name(pixel, file.width));
    let names: Vec<String> = names
        .chain(labels.is_some().then(|| "label".into()))
        .collect();
    let (taken, size) = file.meter();
    let text = TableText {
        file,
        labels,
        image: first,
        written: 0,
        line: format!("{}\n", names.join(",")).into_bytes(),
        at: 0,
    };
    Ok(Input {
        bytes: Box::new(text),
        taken,
        size,
    })
}

/// Writes a line for every image, when it is asked for.
struct TableText {
    file: ImageFile,
    labels: Option<Vec<u8>>,
    /// The image read last, at first the first one.
    image: Vec<u8>,
    /// Images that were made lines of.
    written: usize,
    line: Vec<u8>,
    /// Bytes of `line` that were handed out.
    at: usize,
}

impl TableText {
    fn write_line(&mut self) -> io::Result<()> {
        if self.written > 0 && !self.file.read(&mut self.image)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.line.clear();
        self.at = 0;
        let label = self.labels.as_ref().map(|labels| labels[self.written]);
        let cells = self.image.iter().copied().chain(label);
        for (index, cell) in cells.enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(self.line, "{comma}{cell}")?;
        }
        self.line.push(b'\n');
        self.written += 1;
        Ok(())
    }
}

impl Read for TableText {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            if self.written == self.file.all as usize {
                return Ok(0);
            }
            self.write_line()?;
        }
        let read = (&self.line[self.at..]).read(to)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::data::source::idx_file::IMAGES;

    #[test]
    fn images_become_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t10k-images-idx3-ubyte");
        let header = [2, 1, 3].map(u32::to_be_bytes).concat();
        let images = [&IMAGES[..], &header, &[0, 255, 10, 20, 30, 40]].concat();
        fs::write(&path, images).expect("written");
        let source = Source::File(path.clone());
        let text = || {
            let mut text = String::new();
            let read = as_text(&source)
                .expect("images")
                .bytes
                .read_to_string(&mut text);
            read.map(|_| text)
        };
        assert_eq!(
            text().expect("text"),
            "r0c0,r0c1,r0c2\n0,255,10\n20,30,40\n"
        );
        let labels = [&[0, 0, 8, 1, 0, 0, 0, 2][..], &[7, 3]].concat();
        let beside = folder.path().join("t10k-labels-idx1-ubyte");
        fs::write(beside, labels).expect("written");
        assert_eq!(
            text().expect("text"),
            "r0c0,r0c1,r0c2,label\n0,255,10,7\n20,30,40,3\n"
        );
        fs::write(&path, [&IMAGES[..], &header, &[0, 255, 10, 20]].concat()).expect("written");
        assert!(text().is_err(), "cut off");
        let header = [2, 1024, 1024].map(u32::to_be_bytes).concat();
        fs::write(&path, [&IMAGES[..], &header, &[0, 255]].concat()).expect("written");
        let error = as_text(&source).err().expect("no pixel has a name yet");
        assert!(error.to_string().ends_with("it ends within image 1 of 2"));
    }
}
