//! Documents as ordinary programs write them pass; those that do or fetch something do not.

use super::*;

#[track_caller]
fn passes(name: &str, bytes: &[u8], what: &str) {
    let passed = cleaned(name, bytes);
    assert!(passed.is_ok(), "{what}: {:?}", passed.err());
}

#[track_caller]
fn is_active(name: &str, bytes: &[u8], what: &str) {
    assert!(matches!(cleaned(name, bytes), Err(Refused::Active(_))), "{what}");
}

#[test]
fn a_document_may_say_where_it_opens_and_nothing_else() {
    for opening in [
        "/OpenAction[3 0 R /XYZ null null 0]",
        "/OpenAction [3 0 R /FitH null]/Lang(en)/URI<</Base(https://shop.example/)>>",
        "/OpenAction(first)/AcroForm 9 0 R",
        "/OpenAction 5 0 R",
        "/OpenAction/first",
        "/OpenAction<</S/GoTo/D[3 0 R/Fit]>>",
        "/OpenAction << /Type/Action /S /GoTo /D (a\\)>>/URL) >> /Names<</Dests 4 0 R>>",
        "/OpenAction << /S /Named /N /FirstPage >>",
    ] {
        let catalog = format!("2 0 obj << /Type/Catalog {opening} >> endobj");
        passes("a.pdf", &pdf_with(&catalog), opening);
        passes("a.pdf", &pdf_packed(&format!("2 0 << /Type/Catalog {opening} >>")), opening);
    }
    for opening in [
        "/OpenAction<</S/URI/URI(https://evil.example/)>>",
        "/Open#41ction % no comment hides it\n<</X<</Y 1>>/S/U#52I>>",
        "/OpenAction<</D(a>>)/S/URI/URI(https://evil.example/)>>",
        "/OpenAction<</D<3e3e>/S/GoToR/F(b.pdf)>>",
        "/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next 6 0 R>>",
        "/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
        "/OpenAction<</S/Launch/F(a.exe)>>",
    ] {
        let catalog = format!("2 0 obj << /Type/Catalog {opening} >> endobj");
        is_active("a.pdf", &pdf_with(&catalog), opening);
        is_active("a.pdf", &pdf_packed(&format!("2 0 << /Type/Catalog {opening} >>")), opening);
    }
}

#[test]
fn nothing_but_blanks_follows_the_end_of_a_document() {
    passes("a.pdf", &[pdf().as_slice(), b" \r\n\0\0\0\0"].concat(), "padding");
    assert!(cleaned("a.pdf", &[pdf().as_slice(), b"\0\0x"].concat()).is_err());
}

#[test]
fn an_opening_is_found_wherever_a_reader_would_find_it() {
    let catalog = "2 0 obj << /Type/Catalog /OpenAction 5 0 R >> endobj";
    let uri = "/S/URI/URI(https://evil.example/)";
    for (other, taken) in [
        ("5 0 obj << /S/GoTo/D[3 0 R/Fit] >> endobj".to_owned(), true),
        (format!("5 0 obj << /Subtype/Link /A << {uri} >> >> endobj"), true),
        ("5 0 obj << /Title(a) /Next 7 0 R /S/P >> 6 0 obj << /S 36 /Length 2 >> endobj".to_owned(), true),
        (format!("5 0 obj << {uri} >> endobj"), false),
        ("5 0 obj << /D[>>] /S % x\n/GoToR /F(b.pdf) >> endobj".to_owned(), false),
        ("5 0 obj << /D endobj /S /GoToR /F(b.pdf) >> endobj".to_owned(), false),
        ("5 0 obj 7 << /S /GoToR /F(b.pdf) >> endobj".to_owned(), false),
        ("5 0 obj << /S 6 0 R /URI(https://evil.example/) >> endobj 6 0 obj /URI endobj".to_owned(), false),
        (format!("5 0 obj << /S/GoTo /Next << {uri} >> >> endobj"), false),
        (format!("5 0 obj << /S/GoTo /Next [ 7 0 R << {uri} >> ] >> endobj"), false),
    ] {
        for file in [format!("{catalog} {other}"), format!("{other} {catalog}")] {
            let file = pdf_with(&file);
            if taken { passes("a.pdf", &file, &other) } else { is_active("a.pdf", &file, &other) }
        }
        let packed =
            format!("5 0 {} << /OpenAction 5 0 R >>", other.replace("5 0 obj", "").replace("endobj", ""));
        if taken {
            passes("a.pdf", &pdf_packed(&packed), &packed)
        } else {
            is_active("a.pdf", &pdf_packed(&packed), &packed)
        }
    }
    let evil = format!("/OpenAction<<{uri}>>");
    for objects in [
        format!("trailer << /Root << /Type/Catalog {evil} >> >>"),
        format!("2 0 obj << /X endobj {evil} >> endobj"),
        format!("2 0 obj << /X ( {evil} ) >> endobj"),
        format!("2 0 obj << /X (a % ) {evil} >> endobj"),
        "2 0 obj << /OpenAction<</D[>>]/S/URI/URI(https://evil.example/)>> >> endobj".to_owned(),
        "2 0 obj << /OpenAction<</S endobj /URI(https://evil.example/)>> >> endobj".to_owned(),
        "2 0 obj << /OpenAction<</S/GoTo /D[ >> endobj".to_owned(),
        format!("2 0 obj << /OpenAction<</S{}", "[".repeat(9_000)),
        format!("trailer << /Outlines << /A << /S/GoToR /F({}evil.example) >> >> >>", "\\".repeat(4)),
    ] {
        assert!(cleaned("a.pdf", &pdf_with(&objects)).is_err(), "{objects}");
    }
    for packed in [
        format!("2 9 5 0 (<< {evil} >>)"),
        format!("2 9 << /X % {evil}\n >>"),
        format!("2 9 << /X < {evil} >>"),
        "2 9 << /X (<< /S/GoToR /F(b.pdf) >>) >>".to_owned(),
        "2 9 << /OpenActio#6n 3 0 R >>".to_owned(),
    ] {
        is_active("a.pdf", &pdf_packed(&packed), &packed);
    }
}

#[test]
fn a_document_carries_nothing_and_names_only_its_neighbours() {
    for object in [
        "<< /Type/Annot /Subtype/Link /F 4 /A << /S/URI /URI(https://shop.example/) >> >>",
        "<< /Type/Annot /Subtype/Link /A << /S/GoToR /F(chapter2.pdf) /D[0/Fit] >> >>",
        "<< /Type/Annot /Subtype/Link /A << /S/GoToR /F<</Type/Filespec/F(../b/c.pdf)/UF<FEFF5C714E0A>>> >> >>",
        "<< /Type/Annot /Subtype/Link /A << /S/Named /N/Print >> >>",
        "<< /Font << /F 5 0 R /F1 6 0 R >> /Contents(see https://shop.example/) >>",
        "<< /Differences [ 1 /F /E ] /Title (at 10:30) /FT/Tx >>",
    ] {
        passes("a.pdf", &pdf_with(&format!("2 0 obj {object} endobj")), object);
        passes("a.pdf", &pdf_packed(&format!("2 0 {object}")), object);
    }
    for object in [
        "<< /Type/Filespec /F(invoice.exe) /EF << /F 11 0 R >> >>",
        "<< /Type/3D /Subtype/U3D /OnInstantiate 11 0 R >>",
        "<< /Type/Annot /Subtype/Link /A << /S/Sound /Sound 10 0 R >> >>",
        "<< /A << /S/GoToR /F(\\\\\\\\evil.example\\\\x.pdf) /D[0/Fit] >> >>",
        "<< /A << /S/GoToR /F(\\134\\134evil.example\\134x.pdf) >> >>",
        "<< /A << /S/GoToR /F<5C5c 6576 696C 2e> >> >>",
        "<< /A << /S/GoToR /F<FEFF005C005C0065> >> >>",
        "<< /A << /S/GoToR /F<FFFE5C005C006500> >> >>",
        "<< /A << /S/GoToR /#46 % a comment\n( \\\n/evil.example/x.pdf) >> >>",
        "<< /Type/Filespec /UF(c:\\\\windows\\\\x.pdf) >>",
        "<< /Type/Filespec /FS/URL /F(https://evil.example/x.pdf) >>",
        "<< /Type/Filespec /Unix(smb://evil.example/x.pdf) >>",
    ] {
        is_active("a.pdf", &pdf_with(&format!("2 0 obj {object} endobj")), object);
        is_active("a.pdf", &pdf_packed(&format!("2 0 {object}")), object);
    }
    let picture = "/Type/XObject/Subtype/Image/Width 1/Height 1/Length 0";
    for (elsewhere, taken) in [
        ("/F(neighbour.bin)", false),
        ("/F 8 0 R", false),
        ("/F<</F(neighbour.bin)>>/FFilter/FlateDecode", false),
        ("/F/Fl", true),
        ("/F[/A85/Fl]", true),
        ("/F null", true),
    ] {
        let file = pdf_stream(&format!("{picture}{elsewhere}"), b"");
        if taken { passes("a.pdf", &file, elsewhere) } else { is_active("a.pdf", &file, elsewhere) }
    }
}

#[test]
fn a_text_may_begin_with_an_address_in_brackets() {
    for text in [
        "<li@shop.example> wrote:\n> hello",
        "<a.b@shop.example>",
        "<Enter> twice",
        "<John Smith> wrote",
        "<3",
        "<b.c>",
    ] {
        passes("a.txt", text.as_bytes(), text);
    }
}

/// A field in parts: `<` begins one, `|` separates, `>` ends it, anything else is its instruction.
fn field(parts: &[&str]) -> String {
    let kind = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let parts = parts.iter().map(|part| match *part {
        "<" => kind("begin"),
        "|" => kind("separate"),
        ">" => kind("end"),
        element if element.starts_with('<') => element.to_owned(),
        text => format!("<w:r><w:instrText xml:space=\"preserve\">{text}</w:instrText></w:r>\n"),
    });
    parts.collect()
}

#[test]
fn a_field_neither_runs_nor_fetches_anything() {
    let nothing = ("word/styles.xml", b"<w:styles/>".as_slice());
    let shown = "<w:r><w:t>LINK to DDE</w:t></w:r>";
    for taken in [
        field(&["<", " PAGE  \\* MERGEFORMAT ", "|", shown, ">"]),
        field(&["<", " HYPER", "LINK \"https://shop.example/DDE\" ", "|", shown, ">"]),
        field(&["<", " IF ", "<", " MERGEFIELD a ", "|", shown, ">", " = 1 \"LINK\"", "|", shown, ">"]),
        field(&["<", "=", "<", "MERGEFIELD a", ">", "*2", ">"]),
        field(&["<", " TOC \\o ", "|", "<", " PAGEREF _Toc1 ", "|", shown, ">", ">", "DDE alone is text"]),
        field(&["<", " MACROBUTTON NoMacro [name] ", ">"]),
        field(&["<", " REF a ", "|", ">", "<", " LISTNUM ", ">", "<", " DATE ", ">", "<", " IN", "DEX ", ">"]),
        "<w:fldSimple w:instr=\" AUTHOR \"><w:r><w:t>DDE</w:t></w:r></w:fldSimple>".to_owned(),
        "<w:p><w:r><w:t>DDEAUTO &amp; INCLUDETEXT</w:t></w:r></w:p><?mso-x y?><!-- z -->".to_owned(),
        "<w:del><w:r><w:fldChar w:fldCharType=\"begin\"/><w:delInstrText> PAGE </w:delInstrText></w:r></w:del>".to_owned(),
    ] {
        passes("a.docx", &docx_saying(&taken, nothing), &taken);
    }
    let deleted = |text: &str| format!("<w:del><w:r><w:delInstrText>{text}</w:delInstrText></w:r></w:del>");
    let foreign = "<x:fldChar xmlns:x=\"urn:x\" x:fldCharType=\"separate\"/>";
    let own = "<w:r xmlns:w=\"urn:x\"><w:instrText>QUOTE</w:instrText></w:r>";
    for refused in [
        field(&["<", "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\"", "|", shown, ">"]),
        field(&["<", " d", "d", "e excel a", ">"]),
        field(&["<", "DD<!-- -->E x", ">"]),
        field(&["<", "&#68;D<![CDATA[E]]> x", ">"]),
        field(&["<", "\u{a0} \\ INCLUDEPICTURE \"https://evil.example/p.png\" \\d", "|", ">"]),
        field(&["<", "INCLUDETEXT \"\\\\\\\\evil.example\\\\x.docx\"", ">"]),
        field(&["<", "IMPORT a", ">"]),
        field(&["<", "LINK Excel.Sheet a", ">"]),
        field(&["<", "DATABASE \\d a", ">"]),
        field(&["<", "RD a.docx", ">"]),
        field(&["<", " IF ", "<", "DDE a", ">", " = 1", ">"]),
        field(&["<", " TOC ", "|", "<", "DDE a", ">", ">"]),
        field(&["<", "<", "QUOTE 68 68 69", "|", shown, ">", " c:\\\\cmd.exe", ">"]),
        field(&["<", "DD", "<", "QUOTE E", "|", shown, ">", " c", ">"]),
        field(&["<", "DD", &deleted("x"), "E c", ">"]),
        field(&["<", &deleted("D"), "DE c", ">"]),
        field(&["<", "DD", "<w:r><w:t>E</w:t></w:r>", " c", ">"]),
        field(&["<", "DD", "<mc:AlternateContent/>", "E", ">"]),
        field(&["<", foreign, "DDE c", ">"]),
        field(&["<", "DD", own, "E c", ">"]),
        field(&["<", "<w:fldChar w:fldCharType=\"Separate\"/>", ">"]),
        field(&["<", "<w:fldChar/>", ">"]),
        field(&["<", " IF "].repeat(100)),
        field(&["<", "&junk;", ">"]),
        "<w:fldSimple w:instr=\" DDE a\"/>".to_owned(),
        "<w:fldSimple w:instr=\" D&#x44;E a\"/>".to_owned(),
        "<w:fldSimple instr=\"QUOTE\" w:instr=\"DDE a\"/>".to_owned(),
        "<unclosed>".to_owned(),
        "<a>".repeat(600) + &"</a>".repeat(600),
        format!("<a {}/>", (0..300).map(|at| format!("a{at}='' ")).collect::<String>()),
        format!("<a b='{}'/>", "x".repeat(5 << 20)),
    ] {
        let what = refused.get(..refused.len().min(300)).unwrap();
        assert!(cleaned("a.docx", &docx_saying(&refused, nothing)).is_err(), "{what}");
    }
    let strict = "http://purl.oclc.org/ooxml/wordprocessingml/main";
    let footer = |space: &str| format!("<a:ftr xmlns:a=\"{space}\"><a:fldSimple a:instr=\"DDE x\"/></a:ftr>");
    let wide: Vec<u8> = footer(strict).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, part) in [
        ("word/footer1.xml", footer(strict).as_bytes()),
        ("word/media/a.png", footer(strict).as_bytes()),
        ("word/media/a.png", format!("\u{feff}  {}", footer(strict)).as_bytes()),
        ("word/media/a.png", &wide),
        ("word/footer1.xml", footer("&#104;ttp://purl.oclc.org/ooxml/wordprocessingml/main").as_bytes()),
        ("word/a.xml", b"<?xml version='1.0' encoding='utf-7'?>+ADw-a:ftr+AD4-"),
        ("word/a.xml", b"<!DOCTYPE a [<!ENTITY b 'DDE'>]><a>&b;</a>"),
        ("word/a.xml", b"\x00\x01\x02"),
    ] {
        is_active("a.docx", &docx_saying("", (name, part)), name);
    }
    for (name, part) in [
        ("word/media/a.png", png()),
        ("word/fonts/font1.odttf", (60..255).collect()),
        ("word/e.xml", Vec::new()),
    ] {
        passes("a.docx", &docx_saying("", (name, &part)), name);
    }
}

#[test]
fn a_document_may_hold_drawings_of_shapes() {
    let svg = |inner: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 96 96\" overflow=\"hidden\">{inner}</svg>"
        )
    };
    let name = "word/media/image2.svg";
    for inner in [
        "<style>\n.MsftOfcThm_Accent1_Fill { fill:#4472C4; }\n</style><g class=\"MsftOfcThm_Accent1_Fill\"><path d=\"M1 1\"/></g>",
        "<defs><linearGradient id=\"a\"><stop offset=\"0\"/></linearGradient><clipPath id=\"b\"/></defs><rect fill=\"url(#a)\"/><use xlink:href=\"#a\"/>",
        "<title>A rocket</title><text>5 &lt; 6, javascript: @ \\ </text>",
    ] {
        passes("a.docx", &docx_saying("", (name, svg(inner).as_bytes())), inner);
    }
    for inner in [
        "<script>1</script>",
        "<g onload=\"a()\"/>",
        "<g OnClick=\"a()\"/>",
        "<foreignObject/>",
        "<image href=\"https://evil.example/a.png\"/>",
        "<use xlink:href=\"https://evil.example/a.svg#a\"/>",
        "<use href=\"&#104;ttps://evil.example/a.svg#a\"/>",
        "<a href=\"#a\"/>",
        "<animate attributeName=\"href\" to=\"javascript:a()\"/>",
        "<rect fill=\"url(https://evil.example/a.svg#a)\"/>",
        "<rect style=\"fill:URL( 'https://evil.example/a.svg#a')\"/>",
        "<rect style=\"fill:u\\72l(https://evil.example/)\"/>",
        "<style>@import 'https://evil.example/a.css';</style>",
        "<style>@im<!-- -->port 'https://evil.example/a.css';</style>",
        "<style>a{b:u<![CDATA[rl(https://evil.example/)]]>}</style>",
        "<style>a{b:url(<g/>https://evil.example/)}</style>",
        "<g xml:base=\"https://evil.example/\"/>",
        "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\"/>",
        "<?xml-stylesheet href=\"https://evil.example/\"?>",
        "<unclosed>",
    ] {
        is_active("a.docx", &docx_saying("", (name, svg(inner).as_bytes())), inner);
    }
    let plain = svg("<g/>");
    is_active("a.docx", &docx_saying("", (name, b"GIF89a")), "no drawing at all");
    is_active("a.docx", &docx_saying("", ("word/image2.svg", plain.as_bytes())), "elsewhere");
    is_active("a.zip", &zip(&[(name, plain.as_bytes())]), "in another archive");
    let doctype = format!("<!DOCTYPE svg>{plain}");
    is_active("a.docx", &docx_saying("", (name, doctype.as_bytes())), "with a document type");
}

#[test]
fn what_unpacks_to_little_is_counted_in_the_sum_alone() {
    let log = b"the same line\n".repeat(200_000);
    passes("a.zip", &zip_of(&[("a.log", &log, true)]), "a log");
    let even = "<w:p><w:r><w:t>the same</w:t></w:r></w:p>".repeat(50_000);
    passes("a.docx", &docx_saying(&even, ("word/a.xml", b"")), "an even document");
    is_active("a.zip", &zip_of(&[("a.log", &vec![0; 9 << 20], true)]), "a large part");
    let names: Vec<String> = (0..30).map(|number| format!("{number}.log")).collect();
    let parts: Vec<(&str, &[u8], bool)> =
        names.iter().map(|name| (name.as_str(), [0; 4].as_slice(), true)).collect();
    let mut many = zip_of(&parts);
    let mut from = 0;
    while let Some(at) = find(&many[from..], b"PK\x01\x02") {
        from += at + 28;
        many[from - 4..from].copy_from_slice(&(8_u32 << 20).to_le_bytes());
    }
    is_active("a.zip", &many, "many of them");
    let blank = vec![b' '; (64 << 20) + 1];
    let why = cleaned("a.docx", &docx_saying("", ("word/a.xml", &blank))).unwrap_err();
    assert_eq!(why.to_string(), "the file holds far more than its size tells");
    let texts = [
        ("[Content_Types].xml", b"<Types/>".as_slice()),
        ("word/document.xml", b"<a/>"),
        ("word/a.xml", &blank),
    ];
    let why = cleaned("a.docx", &zip(&texts)).unwrap_err();
    assert_eq!(why.to_string(), "the file is damaged: its texts are too long");
    let many = ["<a>".repeat(100), "</a>".repeat(100)].concat().repeat(18_000);
    let many = ["<a>", &many, "</a>"].concat();
    let texts = [("[Content_Types].xml", b"<Types/>".as_slice()), ("word/document.xml", many.as_bytes())];
    let why = cleaned("a.docx", &zip(&texts)).unwrap_err();
    assert_eq!(why.to_string(), "the file is damaged: its texts are too long");
}
