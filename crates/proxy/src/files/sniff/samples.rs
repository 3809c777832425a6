//! Files for tests, made by functions: whole ones of every kind, and the parts to spoil them with.

use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, Crc};
use std::io::Write;

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), body].concat()
}

/// A grey JPEG with everything that a phone writes: EXIF with a place and an orientation, XMP, a comment, a profile.
pub(crate) fn jpeg_with(more: &[Vec<u8>]) -> Vec<u8> {
    let exif = [
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".as_slice(),
        b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0GPS 52.5200 13.4050",
    ]
    .concat();
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xe0, b"JFIF\0\x01\x01\0\0\x48\0\x48\0\0"));
    file.extend(segment(0xe1, &exif));
    for part in more {
        file.extend(part);
    }
    file.extend(segment(0xdb, &[0; 65]));
    file.extend(segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]));
    file.extend(segment(0xc4, &[0; 20]));
    file.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
    file.extend([0x12, 0x34, 0xff, 0x00, 0x56, 0xff, 0xd0, 0x78]);
    file.extend([0xff, 0xd9]);
    file
}

pub(crate) fn jpeg() -> Vec<u8> {
    jpeg_with(&[])
}

/// A segment with a text in it.
pub(crate) fn jpeg_text(marker: u8, text: &[u8]) -> Vec<u8> {
    segment(marker, text)
}

pub(crate) fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(name);
    sum.update(body);
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], name, body, &sum.sum().to_be_bytes()].concat()
}

pub(crate) fn png_sized(width: u32, height: u32, more: &[Vec<u8>]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::default());
    pixels.write_all(&[0; 9]).unwrap();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(png_chunk(b"IHDR", &head));
    for part in more {
        file.extend(part);
    }
    file.extend(png_chunk(b"IDAT", &pixels.finish().unwrap()));
    file.extend(png_chunk(b"IEND", b""));
    file
}

pub(crate) fn png() -> Vec<u8> {
    png_sized(8, 1, &[])
}

pub(crate) fn gif_with(more: &[u8]) -> Vec<u8> {
    [
        b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0".as_slice(),
        more,
        b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x02\0\x02\0\0\x02\x02\x44\x01\0\x3b",
    ]
    .concat()
}

pub(crate) fn gif() -> Vec<u8> {
    gif_with(b"")
}

pub(crate) fn bmp() -> Vec<u8> {
    let mut file = b"BM".to_vec();
    file.extend(70_u32.to_le_bytes());
    file.extend([0; 4]);
    file.extend(54_u32.to_le_bytes());
    file.extend(40_u32.to_le_bytes());
    file.extend(2_u32.to_le_bytes());
    file.extend(2_u32.to_le_bytes());
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    file.extend([0x55; 16]);
    file
}

pub(crate) fn webp_with(more: &[u8]) -> Vec<u8> {
    let chunks = [
        b"WEBPVP8X\x0a\0\0\0\x0c\0\0\0\x07\0\0\x07\0\0VP8 \x0c\0\0\0\x10\0\0\x9d\x01\x2a\x08\0\x08\0\0\0"
            .as_slice(),
        more,
    ]
    .concat();
    [b"RIFF".as_slice(), &u32::try_from(chunks.len()).unwrap().to_le_bytes(), &chunks].concat()
}

pub(crate) fn webp() -> Vec<u8> {
    webp_with(b"EXIF\x04\0\0\0GPS!")
}

/// Frames of 128 kbit/s at 44.1 kHz.
pub(crate) fn mp3_frames(count: usize) -> Vec<u8> {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x00]);
    frame.repeat(count)
}

pub(crate) fn id3(text: &[u8]) -> Vec<u8> {
    let size = text.len();
    let syncsafe = [size >> 21, size >> 14, size >> 7, size].map(|part| u8::try_from(part & 0x7f).unwrap());
    [b"ID3\x04\0\0".as_slice(), &syncsafe, text].concat()
}

pub(crate) fn mp3() -> Vec<u8> {
    let mut trailer = b"TAGtitle".to_vec();
    trailer.resize(128, 0);
    [id3(b"TIT2 a song"), mp3_frames(5), trailer].concat()
}

pub(crate) fn aac() -> Vec<u8> {
    let mut frame = [0x21; 32];
    frame[..7].copy_from_slice(&[0xff, 0xf1, 0x50, 0x80, 0x04, 0x1f, 0xfc]);
    frame.repeat(6)
}

pub(crate) fn mp4_box(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], name, body].concat()
}

fn handler(kind: &[u8; 4]) -> Vec<u8> {
    let body = [&[0; 8][..], kind, &[0; 12], b"a handler's name\0"].concat();
    mp4_box(b"trak", &mp4_box(b"mdia", &mp4_box(b"hdlr", &body)))
}

pub(crate) fn mp4_with(kinds: &[&[u8; 4]], more: &[u8]) -> Vec<u8> {
    let place = mp4_box(b"udta", &mp4_box(b"\xa9xyz", b"\0\x12\x15\xc7+52.5200+013.4050/"));
    let tracks: Vec<u8> = kinds.iter().flat_map(|kind| handler(kind)).collect();
    [
        mp4_box(b"ftyp", b"isom\0\0\x02\0isomiso2mp41"),
        mp4_box(b"moov", &[mp4_box(b"mvhd", &[0; 100]), tracks, place].concat()),
        mp4_box(b"free", b"nothing to see"),
        more.to_vec(),
        mp4_box(b"mdat", &[0x65; 64]),
    ]
    .concat()
}

pub(crate) fn mp4() -> Vec<u8> {
    mp4_with(&[b"vide", b"soun"], b"")
}

pub(crate) fn m4a() -> Vec<u8> {
    mp4_with(&[b"soun"], b"")
}

pub(crate) fn pdf_with(objects: &str) -> Vec<u8> {
    format!("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n{objects}\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n").into_bytes()
}

/// A PDF whose objects are packed.
pub(crate) fn pdf_packed(objects: &str) -> Vec<u8> {
    pdf_stream("/Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode", &deflated(objects.as_bytes()))
}

/// A PDF with a stream.
pub(crate) fn pdf_stream(dictionary: &str, stream: &[u8]) -> Vec<u8> {
    [
        format!("%PDF-1.7\n3 0 obj\n<< {dictionary} >>\nstream\r\n").as_bytes(),
        stream,
        b"\nendstream\nendobj\n%%EOF\n",
    ]
    .concat()
}

pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub(crate) fn pdf() -> Vec<u8> {
    pdf_with("2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj")
}

pub(crate) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let stored: Vec<_> = parts.iter().map(|(name, body)| (*name, *body, false)).collect();
    zip_of(&stored)
}

/// An archive of parts, each of which is packed or not.
pub(crate) fn zip_of(parts: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, body, pack) in parts {
        let mut sum = Crc::new();
        sum.update(body);
        let at = u32::try_from(file.len()).unwrap();
        let unpacked = u32::try_from(body.len()).unwrap().to_le_bytes();
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
        packer.write_all(body).unwrap();
        let body = if *pack { packer.finish().unwrap() } else { body.to_vec() };
        let method = if *pack { 8 } else { 0 };
        let size = u32::try_from(body.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let shared = [
            &[20, 0, 0, 0, method, 0, 0, 0, 0, 0][..],
            &sum.sum().to_le_bytes(),
            &size,
            &unpacked,
            &length,
            &[0, 0],
        ]
        .concat();
        file.extend([b"PK\x03\x04".as_slice(), &shared, name.as_bytes(), &body].concat());
        directory.extend(
            [b"PK\x01\x02\x14\0".as_slice(), &shared, &[0; 10], &at.to_le_bytes(), name.as_bytes()].concat(),
        );
    }
    let (count, size) =
        (u16::try_from(parts.len()).unwrap().to_le_bytes(), u32::try_from(directory.len()).unwrap());
    let start = u32::try_from(file.len()).unwrap();
    file.extend(directory);
    file.extend(
        [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &count,
            &count,
            &size.to_le_bytes(),
            &start.to_le_bytes(),
            &[0, 0],
        ]
        .concat(),
    );
    file
}

pub(crate) fn docx() -> Vec<u8> {
    let types = r#"<?xml version="1.0" encoding="UTF-8"?><Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    docx_with(types, &relation("hyperlink", r#"Target="https://shop.example/" TargetMode="External""#))
}

/// A Word document with a field and a drawing, not packed.
fn docx_with_fields() -> Vec<u8> {
    let text = r#"<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:fldSimple w:instr="PAGE"/><w:fldChar w:fldCharType="begin"/><w:instrText>NUM</w:instrText><w:instrText>PAGES</w:instrText><w:fldChar w:fldCharType="separate"/><w:t>5</w:t><w:fldChar w:fldCharType="end"/></w:p>"#;
    let drawing =
        r##"<svg xmlns="http://www.w3.org/2000/svg"><style>a{fill:url(#b)}</style><use href="#b"/></svg>"##;
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", text.as_bytes()),
        ("word/media/a.svg", drawing.as_bytes()),
    ])
}

/// A Word document with these content types and these relationships.
pub(crate) fn docx_with(types: &str, relationships: &str) -> Vec<u8> {
    zip(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relation("officeDocument", r#"Target="word/document.xml""#).as_bytes()),
        ("word/document.xml", b"<w:document/>"),
        ("word/_rels/document.xml.rels", relationships.as_bytes()),
    ])
}

/// A Word document whose text is this, and with one part more, all of them packed.
pub(crate) fn docx_saying(text: &str, more: (&str, &[u8])) -> Vec<u8> {
    let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:document xmlns:w=\"{space}\"><w:body>{text}</w:body></w:document>"
    );
    zip_of(&[
        ("[Content_Types].xml", b"<Types/>", true),
        ("word/document.xml", document.as_bytes(), true),
        (more.0, more.1, true),
    ])
}

pub(crate) fn relation(kind: &str, target: &str) -> String {
    format!(
        r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" {target}/></Relationships>"#
    )
}

pub(crate) fn doc_with(name: &str) -> Vec<u8> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    file.resize(1_024, 0);
    file.extend(wide("WordDocument\0"));
    file.resize(1_536, 0);
    file.extend(wide(name));
    file.resize(4_096, 0);
    file
}

pub(crate) fn doc() -> Vec<u8> {
    doc_with("")
}

pub(crate) fn text() -> Vec<u8> {
    "你好, a < b and c > d.\r\n\tWhere is my parcel? 5 <3\n".as_bytes().to_vec()
}

pub(crate) fn csv() -> Vec<u8> {
    "name,price\n\"茶\",\"1,50\"\n".as_bytes().to_vec()
}

/// A whole file of every kind, with its name.
pub(crate) fn good() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.jpg", jpeg()),
        ("a.png", png()),
        ("a.gif", gif()),
        ("a.bmp", bmp()),
        ("a.webp", webp()),
        ("a.mp3", mp3()),
        ("bare.mp3", mp3_frames(4)),
        ("a.aac", aac()),
        ("a.mp4", mp4()),
        ("a.m4a", m4a()),
        ("a.pdf", pdf()),
        ("packed.pdf", pdf_packed("1 0 << /Type /Catalog >>")),
        (
            "opening.pdf",
            pdf_with("2 0 obj << /OpenAction<</S/GoTo/D[3 0 R/Fit]>> /A<</S/GoToR/F(b.pdf)>> >> endobj"),
        ),
        ("a.docx", docx()),
        ("fields.docx", docx_with_fields()),
        ("a.doc", doc()),
        ("a.zip", zip(&[("a.txt", b"hello"), ("b/c.png", b"x")])),
        ("a.txt", text()),
        ("a.csv", csv()),
        ("no extension", text()),
    ]
}
