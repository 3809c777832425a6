//! Good files pass, spoiled ones do not, and what passes is clean.

use super::samples::*;
use super::*;
use proptest::prelude::*;
use std::path::PathBuf;

mod documents;

struct Scratch(PathBuf);

impl Scratch {
    fn new(bytes: &[u8]) -> (Self, File) {
        let path = std::env::temp_dir().join(format!("frontdesk-sniff-{:x}", rand::random::<u64>()));
        std::fs::write(&path, bytes).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        (Self(path), file)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// What becomes of a file where every kind is taken: its kind and its clean copy.
fn cleaned(name: &str, bytes: &[u8]) -> Walked<(Format, Vec<u8>)> {
    let (_source, source) = Scratch::new(bytes);
    let (_copy, mut copy) = Scratch::new(b"");
    let extension = crate::files::name::extension(name);
    let (format, size) = clean(source, &mut copy, extension.as_deref(), |_| true)?;
    let mut clean = Vec::new();
    copy.rewind().unwrap();
    copy.read_to_end(&mut clean).unwrap();
    assert_eq!(clean.len() as u64, size);
    Ok((format, clean))
}

#[test]
fn every_good_file_passes_as_what_it_is() {
    for (name, bytes) in good() {
        let (format, clean) = cleaned(name, &bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        let expected = match name.rsplit('.').next().unwrap() {
            "m4a" => "mp4",
            "no extension" => "txt",
            extension => extension,
        };
        assert_eq!(format.extension(), expected, "{name}");
        let (again, twice) = cleaned(name, &clean).unwrap_or_else(|why| panic!("{name} again: {why}"));
        assert_eq!((again, &twice), (format, &clean), "{name}: cleaning is done once");
        let (_held, file) = Scratch::new(&bytes);
        assert_eq!(kind(file, crate::files::name::extension(name).as_deref()).unwrap(), format, "{name}");
        for place in [b"GPS".as_slice(), b"52.5200", b"TIT2", b"TAGtitle"] {
            assert!(find(&clean, place).is_none(), "{name} keeps {}", String::from_utf8_lossy(place));
        }
    }
}

#[test]
fn the_orientation_stays_and_nothing_else_of_exif() {
    let (_, clean) = cleaned("a.jpg", &jpeg()).unwrap();
    let exif = find(&clean, b"Exif\0\0").unwrap();
    assert_eq!(&clean[exif + 16..exif + 26], b"\x01\x12\0\x03\0\0\0\x01\0\x06");
}

const PAYLOADS: [&[u8]; 9] = [
    b"<html><script>alert(1)</script></html>",
    b"<!DOCTYPE html><body onload=alert(1)>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>1</script></svg>",
    b"<?php system($_GET[0]); ?><script>1</script>",
    b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript >> >> endobj\n%%EOF <script>1</script>",
    b"MZ\x90\0\x03\0\0\0 this program <script>1</script>",
    b"\x7fELF\x02\x01\x01\0 <script>1</script>",
    b"#!/bin/sh\nrm -rf / <script>1</script>",
    b"javascript:alert(document.domain)//<script>1</script>",
];

/// Everything that must not pass with what it carries.
fn spoiled() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let jar = zip(&[
        ("META-INF/MANIFEST.MF", b"Main-Class: A"),
        ("A.class", b"\xca\xfe\xba\xbe <script>1</script>"),
    ]);
    let mut payloads: Vec<Vec<u8>> = PAYLOADS.iter().map(|payload| payload.to_vec()).collect();
    payloads.push(jar);
    for (number, payload) in payloads.iter().enumerate() {
        let text = &payload[..payload.len().min(200)];
        let mut add =
            |what: &str, name: &str, bytes: Vec<u8>| files.push((format!("{name}/{what}/{number}"), bytes));
        for (name, bytes) in good().into_iter().filter(|(name, _)| name.contains('.')) {
            add("before", name, [payload, bytes.as_slice()].concat());
            add("behind", name, [bytes.as_slice(), payload].concat());
        }
        for marker in [0xfe, 0xe1, 0xe0, 0xed, 0xef] {
            add("segment", "a.jpg", jpeg_with(&[jpeg_text(marker, text)]));
        }
        add("profile", "a.jpg", jpeg_with(&[jpeg_text(0xe2, &[b"ICC_PROFILE\0\x01\x01", text].concat())]));
        for chunk in [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"prVt"] {
            add("chunk", "a.png", png_sized(8, 1, &[png_chunk(chunk, text)]));
        }
        add("colours", "a.png", png_sized(8, 1, &[png_chunk(b"PLTE", text)]));
        let comment = [&[0x21, 0xfe, u8::try_from(text.len()).unwrap()][..], text, &[0]].concat();
        add("comment", "a.gif", gif_with(&comment));
        let size = u32::try_from(text.len()).unwrap().to_le_bytes();
        let padding = vec![0; text.len() % 2];
        add("chunk", "a.webp", webp_with(&[b"XMP ".as_slice(), &size, text, &padding].concat()));
        add("tag", "a.mp3", [id3(text), mp3_frames(5)].concat());
        add("between", "a.mp3", [mp3_frames(3), text.to_vec(), mp3_frames(3)].concat());
        add("between", "a.aac", [aac(), text.to_vec(), aac()].concat());
        for name in [b"free", b"uuid", b"skip", b"udta", b"meta", b"evil"] {
            add("box", "a.mp4", mp4_with(&[b"vide"], &mp4_box(name, text)));
        }
        for name in ["a.jpg", "a.png", "a.mp3", "a.pdf", "a.txt", "a.csv", "a.docx", "a.html"] {
            add("under a name", name, payload.clone());
        }
    }
    files
}

#[test]
fn nothing_spoiled_passes_with_what_it_carries() {
    let files = spoiled();
    assert!(files.len() >= 200, "{}", files.len());
    for (name, bytes) in files {
        let plain = name.split('/').next().unwrap();
        if let Ok((format, clean)) = cleaned(plain, &bytes) {
            let lower = clean.to_ascii_lowercase();
            for mark in
                [b"<script".as_slice(), b"<html", b"<svg", b"<?php", b"onload", b"main-class", b"/openaction"]
            {
                assert!(find(&lower, mark).is_none(), "{name} passed as {format:?} with what it carries");
            }
            assert!(kind_of(plain, &clean).is_ok(), "{name}");
        }
    }
}

fn kind_of(name: &str, bytes: &[u8]) -> Walked<Format> {
    let (_held, file) = Scratch::new(bytes);
    kind(file, crate::files::name::extension(name).as_deref())
}

#[test]
fn what_is_not_taken_is_refused_whatever_its_name() {
    let refused: Vec<(&str, Vec<u8>)> = vec![
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("a.txt", b"  \r\n<!-- x --><b>".to_vec()),
        ("a.txt", b"<li>one".to_vec()),
        ("a.txt", b"<P\tclass=x>one".to_vec()),
        ("a.txt", b"<A/href=x>one".to_vec()),
        ("a.txt", b"<rss version='2.0'>".to_vec()),
        ("a.txt", b"<x onclick=alert(1)>one</x>".to_vec()),
        ("a.txt", b"<x@y onclick=alert(1)>one".to_vec()),
        ("a.txt", b"<x@y/onclick=alert(1)>one".to_vec()),
        ("a.txt", b"</p>".to_vec()),
        ("a.txt", b"<b".to_vec()),
        ("a.txt", b"\xef\xbb\xbf<?xml version='1.0'?><a/>".to_vec()),
        ("a.txt", "plain, then ".repeat(9_000).into_bytes().into_iter().chain(*b"<ScRiPt>").collect()),
        ("a.txt", b"a\0b".to_vec()),
        ("a.txt", b"a\x1b[2Jb".to_vec()),
        ("a.txt", b"\xff\xfea\0b\0".to_vec()),
        ("a.txt", b"caf\xe9 au lait".to_vec()),
        ("a.txt", b"#!/bin/sh\n".to_vec()),
        ("a.txt", b"Dear all,\n%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n".to_vec()),
        ("a.csv", b"name,price\n%PDF-1.7\n".to_vec()),
        ("a.csv", b"@echo off\r\n".to_vec()),
        ("a.js", b"alert(1)".to_vec()),
        ("a.bat", b"dir".to_vec()),
        ("a.html", b"hello".to_vec()),
        ("a.exe", b"MZ\x90\0".to_vec()),
        ("a.jpg", jpeg()[..jpeg().len() - 2].to_vec()),
        ("a.jpg", b"\xff\xd8\xff\xd9".to_vec()),
        ("a.png", png()[..40].to_vec()),
        ("a.png", png_sized(0, 5, &[])),
        ("a.png", png_sized(8_000, 8_000, &[])),
        ("a.png", {
            let mut file = png();
            let at = file.len() - 20;
            file[at] ^= 1;
            file
        }),
        ("a.gif", gif()[..20].to_vec()),
        ("a.bmp", {
            let mut file = bmp();
            file.truncate(60);
            file
        }),
        ("a.webp", webp()[..30].to_vec()),
        ("a.mp3", mp3_frames(2)),
        ("a.mp3", {
            let mut frames = mp3_frames(5);
            frames[4..8].copy_from_slice(b"ftyp");
            [id3(b"TIT2 a song"), frames].concat()
        }),
        ("a.mp4", mp4_with(&[], b"")),
        ("a.mp4", mp4()[..mp4().len() - 3].to_vec()),
        ("a.mov", {
            let mut file = mp4();
            file[8..12].copy_from_slice(b"qt  ");
            file
        }),
        ("a.pdf", pdf_with("2 0 obj << /AA << /O 3 0 R >> >> endobj")),
        ("a.pdf", pdf_with("2 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj")),
        ("a.pdf", pdf_with("2 0 obj << /S /J#61vaScript >> endobj")),
        ("a.pdf", pdf_with("2 0 obj << /S/Launch>> endobj")),
        ("a.pdf", pdf_with("2 0 obj << /Names << /EmbeddedFiles 4 0 R >> >> endobj")),
        ("a.pdf", pdf_with("2 0 obj << /Encrypt 4 0 R >> endobj")),
        ("a.pdf", pdf_packed("1 0 << /Type /Catalog /OpenAction << /S /JavaScript >> >>")),
        (
            "a.pdf",
            b"%PDF-1.7\n3 0 obj << /Type /ObjStm /Filter /LZWDecode >>\nstream\nnot packed\nendstream %%EOF"
                .to_vec(),
        ),
        ("a.pdf", b"%PDF-1.7\nno end".to_vec()),
        ("a.doc", doc_with("_VBA_PROJECT\0")),
        ("a.doc", doc_with("\u{1}Ole10Native\0")),
        ("a.doc", {
            let mut file = doc();
            file[500..508].copy_from_slice(b"%PDF-1.7");
            file
        }),
        ("a.xls", {
            let mut file = doc();
            file[1_024..1_030].fill(0);
            file
        }),
        ("a.zip", zip(&[("a.exe", b"x")])),
        ("a.zip", zip(&[("../a.txt", b"x")])),
        ("a.zip", zip(&[("/etc/passwd", b"x")])),
        ("a.zip", zip(&[("a.zip", b"x")])),
        ("a.zip", zip(&[("a.html", b"x")])),
        ("a.zip", zip(&[])),
        ("a.zip", {
            let mut file = zip(&[("a.txt", b"x")]);
            file.insert(0, b' ');
            file
        }),
        ("a.zip", {
            let mut file = zip(&[("a.txt", b"x")]);
            file[6] = 1;
            file
        }),
        ("a.zip", bomb()),
        (
            "a.docx",
            zip(&[("[Content_Types].xml", b""), ("word/document.xml", b""), ("word/vbaProject.bin", b"x")]),
        ),
        (
            "a.docx",
            zip(&[
                ("[Content_Types].xml", b""),
                ("word/document.xml", b""),
                ("word/embeddings/o.docx", b"x"),
            ]),
        ),
        ("a.rtf", b"{\\rtf1 hello}".to_vec()),
        ("a.wav", b"RIFF\x04\0\0\0WAVE".to_vec()),
        ("a.jpg", vec![0xff; 5_000]),
        ("a.bin", (0..=255).collect()),
    ];
    for (number, (name, bytes)) in refused.iter().enumerate() {
        assert!(cleaned(name, bytes).is_err(), "{name} (number {number}) passed");
        assert!(kind_of(name, bytes).is_err(), "{name} (number {number}) passed unclean");
    }
    assert!(matches!(cleaned("a.png", b""), Err(Refused::Empty)));
}

#[test]
fn a_word_document_leads_nowhere_but_by_links() {
    let types = "<Types/>";
    let outside = r#"Target="https://evil.example/t.dotm" TargetMode="External""#;
    for (kind, target) in [
        ("attachedTemplate", outside),
        ("attachedTemplate", r#"Target="t.dotm""#),
        ("image", outside),
        ("frame", outside),
        ("oleObject", outside),
        ("oleObject", r#"Target="o.bin""#),
        ("aFChunk", r#"Target="chunk.htm""#),
        ("image", r#"Target="https://evil.example/" TargetMode="&#69;xternal""#),
        ("image", r#"x:TargetMode="Internal" TargetMode="External" Target="https://evil.example/""#),
        ("image", r#"Target="a" TargetMode="External" TargetMode="Internal""#),
        ("image", r#"Target="a" TargetMode="&mode;""#),
    ] {
        let file = docx_with(types, &relation(kind, target));
        assert!(matches!(cleaned("a.docx", &file), Err(Refused::Active(_))), "{kind} {target}");
    }
    let spoiled = relation("image", outside);
    let spoiled = spoiled.as_str();
    for relationships in [
        spoiled.replace("<Relationship ", "<r:Relationship "),
        format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", relation("image", "")),
        format!("<?xml version='1.0' encoding='utf-7'?>{}", relation("image", "")),
        "<Relationships><Relationship".into(),
        String::from_utf16_lossy(&[0xd800]) + spoiled,
    ] {
        let file = docx_with(types, &relationships);
        assert!(matches!(cleaned("a.docx", &file), Err(Refused::Active(_))), "{relationships}");
    }
    let wide: Vec<u8> = spoiled.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let parts: [(&str, &[u8]); 3] =
        [("[Content_Types].xml", b""), ("word/document.xml", b""), ("word/_rels/a.RELS", &wide)];
    assert!(cleaned("a.docx", &zip(&parts)).is_err());
    for kind in [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.MACROENABLEDTemplate.main+xml",
        "application/vnd.ms-office.vbaProject",
        "application/vnd.openxmlformats-officedocument.oleObject",
    ] {
        for element in ["Override PartName=\"/word/document.xml\"", "Default Extension=\"xml\""] {
            let types = format!("<Types><{element} ContentType=\"{kind}\"/></Types>");
            let refused = cleaned("a.docx", &docx_with(&types, &relation("styles", "Target=\"s.xml\"")));
            assert!(matches!(refused, Err(Refused::Active(_))), "{types}");
        }
    }
    let parts = |relationships: &str| {
        zip_of(&[
            ("[Content_Types].xml", b"<Types/>", true),
            ("word/document.xml", b"<w:document/>", true),
            ("word/_rels/document.xml.rels", relationships.as_bytes(), true),
        ])
    };
    let refused = cleaned("a.docx", &parts(spoiled));
    assert!(matches!(refused, Err(Refused::Active(_))), "packed as well");
    assert_eq!(cleaned("a.docx", &parts(&relation("hyperlink", outside))).unwrap().0, Format::Docx);
    let plain = relation("image", r#"Target="media/a.png" TargetMode="Internal""#);
    assert!(cleaned("a.docx", &docx_with(&format!("\u{feff}{types}"), &plain)).is_ok());
}

#[test]
fn packed_objects_are_read_or_refused() {
    let evil = b"5 0 << /S /JavaScript /JS (app.alert(1)) >>";
    let good = b"5 0 << /Type /Catalog >>";
    let rows = |bytes: &[u8]| -> Vec<u8> { bytes.chunks(4).flat_map(|row| [&[0], row].concat()).collect() };
    let flate = "/Type/ObjStm/N 1/First 4/Filter/FlateDecode";
    let twice = deflated(&deflated(evil));
    for (dictionary, stream) in [
        (flate, deflated(evil)),
        ("/N 1/First 4/Filter/FlateDecode", deflated(evil)),
        ("/Type 9 0 R/N 1/First 4/Filter[/Fl]", deflated(evil)),
        ("/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]", twice.clone()),
        ("/Type/ObjStm/N 1/First 4/Filter[/FlateDecode %endobj\n/FlateDecode]", twice.clone()),
        ("/Filter[/FlateDecode/FlateDecode]/X(endobj 3 0 obj<<)/Type/ObjStm/N 1/First 4", twice.clone()),
        ("/Filter[/FlateDecode/FlateDecode]%\n4 0 obj<<\n/Type/ObjStm/N 1/First 4", twice.clone()),
        ("/Type/ObjStm/N 1/First 4/Filter/FlateDecode/Filter[/Fl/Fl]", twice.clone()),
        (flate, twice),
        ("/Type/ObjStm/N 1/First 4/Filter 8 0 R", deflated(evil)),
        ("/Type/ObjStm/N 1/First 4", evil.to_vec()),
        ("/Type/ObjStm/N 1/First 4/Filter/FlateDecode/F(other.pdf)", deflated(good)),
        (
            "/Type/ObjStm/N 1/First 4/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>",
            deflated(&rows(evil)),
        ),
        ("/Type/ObjStm/N 1/First 4/Filter/FlateDecode/DecodeParms 8 0 R", deflated(&rows(evil))),
        (flate, deflated(&rows(evil))),
        (flate, deflated(b"5 0 << /A (stream\n) /AA << /O 6 0 R >> >>")),
    ] {
        let file = pdf_stream(dictionary, &stream);
        assert!(matches!(cleaned("a.pdf", &file), Err(Refused::Active(_))), "{dictionary}");
    }
    for (dictionary, stream) in [
        (flate, deflated(good)),
        (
            "/First 4%/Filter/LZW\n/N 1/Filter[/Fl]/DecodeParms[null]/X(a\\(b)c)/Y<28>/Type/ObjStm",
            deflated(good),
        ),
        ("/Type/ObjStm/N 1/First 4/Filter/FlateDecode/DecodeParms<</Predictor 1>>", deflated(good)),
        (
            "/Type/XRef/W[1 2 1]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>",
            deflated(&rows(good)),
        ),
        ("/Length 3/Filter[/ASCII85Decode/FlateDecode]", b"abc".to_vec()),
    ] {
        let passed = cleaned("a.pdf", &pdf_stream(dictionary, &stream));
        assert!(passed.is_ok(), "{dictionary}: {:?}", passed.err());
    }
    for objects in [
        "2 0 obj << /Type /Outlines /First 5 0 R /Last 5 0 R >> endobj",
        "2 0 obj [ << /First 1 >> ] endobj 3 0 obj /First endobj 4 0 obj null endobj",
    ] {
        assert!(cleaned("a.pdf", &pdf_with(objects)).is_ok(), "{objects}");
    }
}

#[test]
fn objects_are_nested_and_overlap_within_bounds() {
    let deep = |open: &str, depth: usize| pdf_with(&format!("2 0 obj {} endobj", open.repeat(depth)));
    for file in [deep("[", 300_000), deep("<</A ", 300), pdf_with(&"7 0 obj(".repeat(50_000))] {
        assert!(matches!(cleaned("a.pdf", &file), Err(Refused::Damaged(_))));
    }
    let nested = format!("2 0 obj {}{} endobj", "[".repeat(200), "]".repeat(200));
    assert!(cleaned("a.pdf", &pdf_with(&nested)).is_ok());
    assert!(cleaned("a.pdf", &pdf_with(&"7 0 obj << /A [1 2] >> endobj\n".repeat(50_000))).is_ok());
}

/// An archive whose directory says that a few bytes become gigabytes.
fn bomb() -> Vec<u8> {
    let mut file = zip(&[("a.txt", &[0; 64])]);
    let directory = find(&file, b"PK\x01\x02").unwrap();
    file[directory + 10..directory + 12].copy_from_slice(&8_u16.to_le_bytes());
    file[directory + 24..directory + 28].copy_from_slice(&2_000_000_000_u32.to_le_bytes());
    file
}

#[test]
fn a_desk_refuses_kinds_that_it_does_not_take() {
    let (_source, source) = Scratch::new(&pdf());
    let (_copy, mut copy) = Scratch::new(b"");
    let why = clean(source, &mut copy, Some("jpg"), |format| format == Format::Jpeg).unwrap_err();
    assert_eq!(why.to_string(), "the desk takes no files of the kind pdf");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_file_panics(which in 0..20_usize, cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), end in any::<prop::sample::Index>()) {
        let (name, mut bytes) = good().swap_remove(which);
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((format, clean)) = cleaned(name, &bytes) {
            prop_assert!(kind_of(name, &clean).is_ok_and(|again| again == format));
        }
        bytes.truncate(end.index(bytes.len() + 1));
        let _refused_or_not = cleaned(name, &bytes);
    }
}
