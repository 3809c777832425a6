//! Other settings for a proxy that runs: what of them has to wait for a restart.

use super::Config;

impl Config {
    /// Takes back what a proxy that runs by `running` cannot take over, and names it, in the order of the settings.
    ///
    /// - Sockets, the store, folders: they are opened at the start.
    /// - `public_url`: the pages that are open have it in them.
    /// - A desk that is left out: its visitors would lose their conversations. It goes on as it is.
    pub fn keep_fixed(&mut self, running: &Self) -> Vec<String> {
        let mut kept = Vec::new();
        let mut note = |key: &str, other: bool| {
            if other {
                kept.push(format!("`{key}`"));
            }
        };
        note("listen", keep(&mut self.listen, &running.listen));
        note("public_url", keep(&mut self.public_url, &running.public_url));
        note("metrics_listen", keep(&mut self.metrics_listen, &running.metrics_listen));
        note("operator", keep(&mut self.operator, &running.operator));
        note("traces", keep(&mut self.traces, &running.traces));
        note("store", keep(&mut self.store, &running.store));
        note("spool", keep(&mut self.spool, &running.spool));
        note("assets", keep(&mut self.assets, &running.assets));
        let (limits, before) = (&mut self.limits, &running.limits);
        note("limits.header_bytes", keep(&mut limits.header_bytes, &before.header_bytes));
        note("limits.header_timeout_s", keep(&mut limits.header_timeout, &before.header_timeout));
        note("limits.reader_timeout_s", keep(&mut limits.reader_timeout, &before.reader_timeout));
        note("limits.connections", keep(&mut limits.connections, &before.connections));
        // Which certificate it is may change, whether there is one may not.
        let switched = self.tls.is_some() != running.tls.is_some();
        if switched {
            self.tls.clone_from(&running.tls);
        }
        note("tls", switched);
        for desk in &running.desks {
            if self.desk(&desk.id).is_none() {
                self.desks.push(desk.clone());
                kept.push(format!("desk `{}`, which is left out", desk.id));
            }
        }
        kept
    }
}

/// Puts the value before in the place of another; whether it was another.
fn keep<T: Clone + PartialEq>(now: &mut T, before: &T) -> bool {
    let other = now != before;
    if other {
        now.clone_from(before);
    }
    other
}
