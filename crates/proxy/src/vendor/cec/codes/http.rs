//! What HTTP statuses other than 200 prove. A 401 is answered by new tokens first and comes here as a second one.

use frontdesk_contract::ErrorCode;

/// What a status proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing was done; `true`: the same may succeed later.
    Refused(bool),
    /// It may have been done.
    Unknown,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct HttpRow {
    /// From this status …
    pub from: u16,
    /// … to this one.
    pub to: u16,
    /// Only for a call that changes nothing at the centre, when the answer says how long to wait.
    pub harmless: bool,
    /// What it proves.
    pub proof: Proof,
    /// For the visitor.
    pub code: ErrorCode,
}

const fn row(from: u16, to: u16, harmless: bool, proof: Proof, code: ErrorCode) -> HttpRow {
    HttpRow { from, to, harmless, proof, code }
}

/// Read from top to bottom, first match wins. The same for every endpoint, save that a 404 of one that not every
/// edition has means [`ErrorCode::NotOffered`], and a 413 of `uploadFileStream` [`ErrorCode::FileTooLarge`].
pub const HTTP: &[HttpRow] = &[
    row(429, 429, false, Proof::Refused(true), ErrorCode::CentreBusy),
    // The gateway itself turned a harmless question away.
    row(503, 503, true, Proof::Refused(true), ErrorCode::CentreBusy),
    row(503, 503, false, Proof::Unknown, ErrorCode::CentreBusy),
    row(408, 408, false, Proof::Unknown, ErrorCode::CentreTimeout),
    row(504, 504, false, Proof::Unknown, ErrorCode::CentreTimeout),
    row(400, 499, false, Proof::Refused(false), ErrorCode::CentreRefused),
    row(0, u16::MAX, false, Proof::Unknown, ErrorCode::CentreUnintelligible),
];

/// What a status proves. `harmless`: the call changes nothing, and the answer says how long to wait.
pub fn http(status: u16, harmless: bool) -> (Proof, ErrorCode) {
    let fits = |row: &&HttpRow| (row.from..=row.to).contains(&status) && (harmless || !row.harmless);
    let row = HTTP.iter().find(fits);
    row.map_or((Proof::Unknown, ErrorCode::CentreUnintelligible), |row| (row.proof, row.code))
}
