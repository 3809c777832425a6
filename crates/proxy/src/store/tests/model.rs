//! Every store against the one in memory, which is the model: any changes in any order, and the store opened anew, or its
//! server killed, in between.

use super::redis::Redis;
use super::*;
use frontdesk_contract::EndReason;

/// What is done to one of three visitors.
#[derive(Clone, Debug)]
enum Step {
    Open { expires_ms: u64 },
    Write { events: usize, cap: u64, what: u8 },
    Stale,
    Fenced { role: usize, own: bool },
    Lease { role: usize, holder: u64 },
    Release { role: usize },
    Touch { expires_ms: u64 },
    Erase,
    Sweep { now_ms: u64 },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        2 => (0..40u64).prop_map(|expires_ms| Step::Open { expires_ms }),
        8 => (0..4usize, 1..9u64, any::<u8>()).prop_map(|(events, cap, what)| Step::Write { events, cap, what }),
        1 => Just(Step::Stale),
        2 => (0..3usize, any::<bool>()).prop_map(|(role, own)| Step::Fenced { role, own }),
        3 => (0..3usize, 1..3u64).prop_map(|(role, holder)| Step::Lease { role, holder }),
        2 => (0..3usize).prop_map(|role| Step::Release { role }),
        1 => (0..40u64).prop_map(|expires_ms| Step::Touch { expires_ms }),
        1 => Just(Step::Erase),
        1 => (0..60u64).prop_map(|now_ms| Step::Sweep { now_ms }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec((0..3usize, step), 1..40)
}

/// The same change of a visitor for every store: drawn from `what`.
fn alter(draft: &mut Draft, events: usize, what: u8) {
    let id = ClientId::new(format!("m{}", what % 5));
    for _ in 0..events {
        typing(draft);
    }
    match what % 8 {
        0 => draft.begin(ContactState::Robot),
        1 => draft.end(EndReason::Visitor),
        2 => draft.intend(&id, [what; 32], what.into()),
        3 => draft.undone(&id, [what; 32], what.into()),
        4 => draft.handle(format!("f-{}", what % 3), file(&what.to_string())),
        5 => draft.code(what.to_string()),
        6 => draft.record.owes_disconnect_ms = (what > 99).then_some(7),
        _ => {
            draft.push(told("k", Body::Text(format!("\u{0}\"\\ {what} 你好"))));
        }
    }
}

/// A store with the leases that it gave.
struct Side {
    leases: Vec<((usize, usize), u64)>,
}

impl Side {
    fn fence(&self, visitor: usize, role: usize) -> Fence {
        let found = self.leases.iter().rev().find(|(whose, _)| *whose == (visitor, role));
        Fence { role: Role::ALL[role], generation: found.map_or(999, |(_, generation)| *generation) }
    }

    async fn step(&mut self, store: &dyn Store, visitor: usize, step: &Step) -> String {
        let id = format!("v-{visitor}");
        let record = store.visitor(&id).await.unwrap();
        let batch = |events, cap, what| {
            let mut draft = Draft::of(&record.clone().unwrap_or_else(|| super::record(&id)), 7);
            alter(&mut draft, events, what);
            draft.finish(cap)
        };
        let outcome = |written: Result<(), StoreError>| match written {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        };
        match *step {
            Step::Open { expires_ms } if record.is_none() => {
                open(store, &id, expires_ms).await;
                String::new()
            }
            Step::Open { .. } | Step::Restart => String::new(),
            Step::Write { events, cap, what } => match batch(events, cap, what) {
                Some(batch) => outcome(store.write(batch).await),
                None => "nothing".into(),
            },
            Step::Stale => {
                let mut late = batch(1, 9, 7).unwrap();
                late.record.rev += 1;
                outcome(store.write(late).await)
            }
            Step::Fenced { role, own } => {
                let mut fence = self.fence(visitor, role);
                fence.generation += u64::from(!own) * 1_000;
                let batch = batch(1, 9, 7).unwrap();
                outcome(store.write(Batch { fence: Some(fence), ..batch }).await)
            }
            Step::Lease { role, holder } => match store.lease(&id, Role::ALL[role], holder).await {
                Ok(Leased::Held { generation, rev, wanted }) => {
                    self.leases.push(((visitor, role), generation));
                    format!("held at {rev}, wanted {wanted}")
                }
                Ok(Leased::Taken { rev, .. }) => format!("taken at {rev}"),
                Err(error) => error.to_string(),
            },
            Step::Release { role } => outcome(store.release(&id, self.fence(visitor, role)).await),
            Step::Touch { expires_ms } => outcome(store.touch(&hash(&id), expires_ms).await),
            Step::Erase => outcome(store.erase(&id).await),
            Step::Sweep { now_ms } => {
                store.sweep(now_ms, 20).await.unwrap();
                String::new()
            }
        }
    }
}

/// Everything that a store knows.
async fn all(store: &dyn Store) -> Vec<String> {
    let mut all = Vec::new();
    for visitor in 0..3 {
        let id = format!("v-{visitor}");
        all.push(format!("{:?}", store.session(&hash(&id)).await.unwrap()));
        all.push(format!("{:?} {:?}", store.visitor(&id).await.unwrap(), store.rev(&id).await.unwrap()));
        all.push(format!("{:?}", store.events(&id, 0, usize::MAX).await.unwrap()));
        all.push(format!("{:?}", store.events(&id, 3, 2).await.unwrap()));
        all.push(format!("{:?}", store.codes(&id).await.unwrap()));
        for number in 0..5 {
            all.push(format!("{:?}", store.intent(&id, &ClientId::new(format!("m{number}"))).await.unwrap()));
            all.push(format!("{:?}", store.handle(&id, &format!("f-{number}")).await.unwrap()));
        }
    }
    let mut unfinished = store.unfinished().await.unwrap();
    unfinished.sort();
    all.push(format!("{unfinished:?} {}", store.sessions().await.unwrap()));
    all
}

/// Where a store is kept while nobody has it open.
enum Medium {
    File(Folder),
    Server(Redis),
}

impl Medium {
    async fn open(&self) -> Box<dyn Store> {
        match self {
            Self::File(folder) => Box::new(RedbStore::open(&folder.file("store")).unwrap()),
            Self::Server(redis) => Box::new(redis.store().await),
        }
    }

    /// Opens it anew. Of the file leases do not survive that, since nobody else can have had one.
    async fn restart(&mut self, store: Box<dyn Store>) -> Box<dyn Store> {
        if let Self::Server(redis) = self {
            redis.kill();
            redis.revive();
        }
        drop(store);
        self.open().await
    }
}

async fn agrees(mut medium: Medium, steps: Vec<(usize, Step)>) {
    let model = MemoryStore::new();
    let mut store = medium.open().await;
    let (mut expected, mut found) = (Side { leases: Vec::new() }, Side { leases: Vec::new() });
    for (visitor, step) in &steps {
        let leases = matches!(step, Step::Lease { .. } | Step::Release { .. } | Step::Fenced { .. });
        if leases && matches!(medium, Medium::File(_)) {
            continue;
        }
        if let Step::Restart = step {
            store = medium.restart(store).await;
        }
        let (ours, theirs) =
            (expected.step(&model, *visitor, step).await, found.step(store.as_ref(), *visitor, step).await);
        assert_eq!(theirs, ours, "{step:?}");
        assert_eq!(all(store.as_ref()).await, all(&model).await, "{step:?}");
    }
}

fn run(medium: Medium, steps: Vec<(usize, Step)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(agrees(medium, steps));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_file_agrees_with_the_model(steps in steps()) {
        run(Medium::File(Folder::new()), steps);
    }

    #[test]
    fn the_server_agrees_with_the_model(steps in steps()) {
        run(Medium::Server(Redis::start()), steps);
    }
}
