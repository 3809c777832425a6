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
