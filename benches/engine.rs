//! How fast the engine is, beside a plain baseline in the same run: `cargo bench --bench engine -- 10000 100000 1000000`.
//!
//! The baseline is a single pass over the parent array that sums group volumes and pays ten flat levels, without ranks, eligibility,
//! lines or caps. The plan is that of the golden vector hybrid-2000. Times are the best of nine, of the stages the best of three; beside the
//! wall time stands the time that all threads together spent on a processor, which says more than the wall time where other programs are
//! running. At the end stands which marks are met by wall time.
//!
//! Growth says as much about the machine as about the engine: more partners fit the caches less, and lines take new memory that the system
//! has to clear first. So beside it stands how the baseline grows, and how long it takes to fill as much new memory as the lines hold.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::float_arithmetic)]

use std::fs::{self, File};
use std::io::BufReader;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::{Duration, Instant};

use upline::engine::{self, Plan, Snapshot};
use upline::offline::generate::Specification;
use upline::offline::inputs::Inputs;
use upline::offline::{commissions, outputs};

/// The same allocator as the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ORDERS_PER_PARTNER: u32 = 5;
/// How often what the marks are about is measured.
const WHOLE_RUNS: usize = 9;
const STAGE_RUNS: usize = 3;
/// About what a line takes: its amount, and its part in what it shares with others.
const BYTES_PER_LINE: usize = 8;
const SEED: u64 = 7;
const PERIOD: &str = "2026-01";

fn main() {
    let sizes: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    let mut before: Option<(u32, Measured)> = None;
    for partners in sizes {
        let now = measure(NonZeroU32::new(partners).unwrap());
        if let Some((fewer, then)) = before.filter(|(fewer, _)| *fewer * 10 == partners) {
            for (name, now, then) in [
                ("baseline", now.baseline, then.baseline),
                ("filling memory", now.filling, then.filling),
                ("compute", now.computing, then.computing),
            ] {
                let (wall, busy) = (ratio(now.wall, then.wall), ratio(now.busy, then.busy));
                println!("  {:<28} {wall:>9.2} x  {busy:>9.2} x", format!("growth of {name}"));
            }
            let growth = ratio(now.computing.wall, then.computing.wall);
            mark(&format!("growth from {fewer}, at most 11 x"), growth, |growth| growth <= 11.0);
        }
        before = Some((partners, now));
    }
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

fn mark(name: &str, value: f64, holds: impl Fn(f64) -> bool) {
    println!("  mark {name:<46} {value:>12.2}  {}", if holds(value) { "met" } else { "MISSED" });
}

/// How long something took by the clock, and on processors.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    busy: Duration,
}

/// What one size took.
#[derive(Clone, Copy)]
struct Measured {
    baseline: Took,
    computing: Took,
    /// Filling as much new memory as the lines hold.
    filling: Took,
}

/// The best of so many times. What disturbs a run only ever makes it longer, and the longer it takes, the more disturbs it: few runs would
/// say less of the growth than of the machine.
fn best<T>(times: usize, mut work: impl FnMut() -> T) -> Took {
    let times: Vec<Took> = (0..times).map(|_| once(&mut work).1).collect();
    let least = |of: fn(&Took) -> Duration| times.iter().map(of).min().unwrap();
    Took { wall: least(|took| took.wall), busy: least(|took| took.busy) }
}

fn once<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, busy) = (Instant::now(), busy());
    let result = std::hint::black_box(work());
    (result, Took { wall: start.elapsed(), busy: self::busy().saturating_sub(busy) })
}

/// What all living threads have spent on processors; zero where the system does not say.
fn busy() -> Duration {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

fn measure(partners: NonZeroU32) -> Measured {
    let orders = partners.get() * ORDERS_PER_PARTNER;
    let folder = std::env::temp_dir().join(format!("upline-bench-{}-{partners}", std::process::id()));
    let specification = Specification::new(partners, orders, SEED, PERIOD.parse().unwrap());
    let ((), generating) = once(|| specification.write(&folder).unwrap());
    let plan_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hybrid-2000/plan.toml");
    let inputs = Inputs { plan: plan_file.clone(), network: folder.join("network.csv"), orders: folder.join("orders.csv") };
    let plan = inputs.read_plan().unwrap();
    println!("\n{partners} partners, {orders} orders in {PERIOD}{:>16} {:>12}", "wall", "processors");
    row("generate, write", generating, None);

    let (network, partner_rows) = once(|| inputs.read_network(&plan, |_| ()).unwrap());
    row("read network", partner_rows, Some(partners.get().into()));
    let (read, order_rows) = once(|| inputs.read_orders(&network, |_| ()).unwrap());
    row("read orders", order_rows, Some(orders.into()));
    let snapshot = Snapshot::new(network, read);
    report_memory("after reading");

    let baseline = baseline(&specification);
    row("baseline", baseline, None);
    let period = PERIOD.parse().unwrap();
    let whole = best(WHOLE_RUNS, || engine::run(&plan, &snapshot, period).unwrap().summary().clone());
    row("compute", whole, None);
    let (wall, busy) = (ratio(whole.wall, baseline.wall), ratio(whole.busy, baseline.busy));
    println!("  {:<28} {wall:>9.2} x  {busy:>9.2} x", "compute / baseline");
    let peak = report_memory("after computing");
    stages(&plan_file, &snapshot, whole);

    let outcome = engine::run(&plan, &snapshot, period).unwrap();
    let lines = outcome.lines().count() as u64;
    let filling = best(WHOLE_RUNS, || vec![1_u8; lines as usize * BYTES_PER_LINE]);
    row("fill memory for the lines", filling, None);
    let file = folder.join("commissions.csv");
    let ((), writing) = once(|| commissions::write(&outcome, File::create(&file).unwrap()).unwrap());
    row("write commissions", writing, Some(lines));
    let ((), time) = once(|| outputs::write(&outcome, &folder).unwrap());
    row("write everything", time, None);
    report_memory("at the end");
    fs::remove_dir_all(folder).unwrap();

    let per_second = |count: u64, took: Took| count as f64 / took.wall.as_secs_f64();
    mark("compute / baseline, at most 10 x", wall, |ratio| ratio <= 10.0);
    mark("peak memory, at most 2048 MB", peak as f64, |peak| peak <= 2048.0);
    mark("partners read per second, at least 1000000", per_second(partners.get().into(), partner_rows), |rows| rows >= 1e6);
    mark("orders read per second, at least 1000000", per_second(orders.into(), order_rows), |rows| rows >= 1e6);
    mark("lines written per second, at least 1000000", per_second(lines, writing), |rows| rows >= 1e6);
    Measured { baseline, computing: whole, filling }
}

/// The plan without bonuses, then what each bonus adds (matching: to what it matches), then what each cap adds to all bonuses; what is
/// left of the whole is statements and the summary, and what the bonuses do not share when they are measured alone.
fn stages(plan_file: &Path, snapshot: &Snapshot, whole: Took) {
    let text = fs::read_to_string(plan_file).unwrap();
    let run = |text: &str| {
        let plan = Plan::parse(text).unwrap();
        best(STAGE_RUNS, || engine::run(&plan, snapshot, PERIOD.parse().unwrap()).unwrap().summary().clone())
    };
    let without = |text: &str, keys: &[&str]| -> String {
        let stays = |line: &&str| !keys.iter().any(|key| line.starts_with(&format!("{key} = ")));
        text.lines().filter(stays).map(|line| format!("{line}\n")).collect()
    };
    let less = |took: Took, other: Took| Took { wall: took.wall.saturating_sub(other.wall), busy: took.busy.saturating_sub(other.busy) };
    let uncapped = without(&text, &["payout_cap", "partner_cap", "cap"]);
    let (head, bonuses) = uncapped.split_once("[[bonus]]").unwrap();
    let bonuses: Vec<String> = bonuses.split("[[bonus]]").map(|bonus| format!("[[bonus]]{bonus}")).collect();
    let ranks = run(head);
    let mut rest = less(whole, ranks);
    let mut stage = |name: &str, took: Took| {
        rest = less(rest, took);
        row(&format!("  {name}"), took, None);
    };
    row("  volumes and ranks", ranks, None);
    for bonus in &bonuses {
        let matched: String = bonuses.iter().filter(|other| bonus.contains("\nof = ") && matched(bonus, code(other))).cloned().collect();
        let without = if matched.is_empty() { ranks } else { run(&format!("{head}{matched}")) };
        stage(code(bonus), less(run(&format!("{head}{matched}{bonus}")), without));
    }
    let all = run(&uncapped);
    for (name, others) in
        [("cap per bonus", ["payout_cap", "partner_cap"]), ("partner_cap", ["payout_cap", "cap"]), ("payout_cap", ["partner_cap", "cap"])]
    {
        stage(name, less(run(&without(&text, &others)), all));
    }
    row("  statements and the rest", rest, None);
}

fn code(bonus: &str) -> &str {
    bonus.split('"').nth(1).unwrap()
}

fn matched(matching: &str, code: &str) -> bool {
    let of = matching.lines().find(|line| line.starts_with("of = ")).unwrap();
    of.contains(&format!("\"{code}\""))
}

fn baseline(specification: &Specification) -> Took {
    let parents: Vec<u32> =
        specification.network().iter().map(|row| row.sponsor.map_or(u32::MAX, |sponsor| u32::try_from(sponsor).unwrap() - 1)).collect();
    let orders: Vec<(u32, i64)> = specification.orders().map(|row| (u32::try_from(row.partner).unwrap() - 1, row.cv.units())).collect();
    let rates: [i64; 10] = [100, 80, 60, 50, 40, 30, 20, 10, 10, 5];
    best(WHOLE_RUNS, || {
        let (mut volumes, mut earned) = (vec![0_i64; parents.len()], vec![0_i64; parents.len()]);
        for (partner, cv) in &orders {
            volumes[*partner as usize] += cv;
        }
        for place in (1..parents.len()).rev() {
            volumes[parents[place] as usize] += volumes[place];
        }
        for (partner, cv) in &orders {
            let mut at = parents[*partner as usize];
            for rate in rates {
                if at == u32::MAX {
                    break;
                }
                earned[at as usize] += (cv * rate + 50_000) / 100_000;
                at = parents[at as usize];
            }
        }
        (volumes, earned)
    })
}

fn row(name: &str, took: Took, count: Option<u64>) {
    let [wall, busy] = [took.wall, took.busy].map(|time| time.as_secs_f64());
    let rate = count.map_or(String::new(), |count| format!("{:>10.0} /s  {:>10.0} /s", count as f64 / wall, count as f64 / busy));
    println!("  {name:<28} {:>9.1} ms {:>9.1} ms {rate}", wall * 1000.0, busy * 1000.0);
}

/// The most memory the process has held so far, in MB; 0 where the system does not say.
fn report_memory(when: &str) -> u64 {
    use std::io::BufRead;
    let Ok(status) = File::open("/proc/self/status") else { return 0 };
    let peak = BufReader::new(status).lines().map_while(Result::ok).find(|line| line.starts_with("VmHWM"));
    let kilobytes = peak.and_then(|line| line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()));
    let megabytes = kilobytes.unwrap_or(0) / 1024;
    println!("  peak memory {when}: {megabytes} MB");
    megabytes
}
