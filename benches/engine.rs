//! How fast the engine is, beside a plain baseline in the same run: `cargo bench --bench engine -- 10000 100000 1000000`.
//!
//! The baseline is a single pass over the parent array that sums group volumes and pays ten flat levels, without ranks, eligibility,
//! lines or caps. The plan is that of the golden vector hybrid-2000. Times are the best of three; beside the wall time stands the time
//! that all threads together spent on a processor, which says more than the wall time where other programs are running.

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

const ORDERS_PER_PARTNER: u32 = 5;
const SEED: u64 = 7;
const PERIOD: &str = "2026-01";

fn main() {
    let sizes: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    for partners in sizes {
        measure(NonZeroU32::new(partners).unwrap());
    }
}

/// How long something took by the clock, and on processors.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    busy: Duration,
}

fn best<T>(mut work: impl FnMut() -> T) -> Took {
    let times = [(); 3].map(|()| once(&mut work).1);
    Took { wall: times.map(|took| took.wall).into_iter().min().unwrap(), busy: times.map(|took| took.busy).into_iter().min().unwrap() }
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

fn measure(partners: NonZeroU32) {
    let orders = partners.get() * ORDERS_PER_PARTNER;
    let folder = std::env::temp_dir().join(format!("upline-bench-{}-{partners}", std::process::id()));
    let specification = Specification::new(partners, orders, SEED, PERIOD.parse().unwrap());
    let ((), generating) = once(|| specification.write(&folder).unwrap());
    let plan_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hybrid-2000/plan.toml");
    let inputs = Inputs { plan: plan_file.clone(), network: folder.join("network.csv"), orders: folder.join("orders.csv") };
    let plan = inputs.read_plan().unwrap();
    println!("\n{partners} partners, {orders} orders in {PERIOD}{:>16} {:>12}", "wall", "processors");
    row("generate, write", generating, None);

    let (network, time) = once(|| inputs.read_network(&plan, |_| ()).unwrap());
    row("read network", time, Some(partners.get().into()));
    let (read, time) = once(|| inputs.read_orders(&network, |_| ()).unwrap());
    row("read orders", time, Some(orders.into()));
    let snapshot = Snapshot::new(network, read);
    report_memory("after reading");

    let baseline = baseline(&specification);
    row("baseline", baseline, None);
    let period = PERIOD.parse().unwrap();
    let whole = best(|| engine::run(&plan, &snapshot, period).unwrap().summary().clone());
    row("compute", whole, None);
    let ratio = |ours: Duration, theirs: Duration| ours.as_secs_f64() / theirs.as_secs_f64();
    let (wall, busy) = (ratio(whole.wall, baseline.wall), ratio(whole.busy, baseline.busy));
    println!("  {:<28} {wall:>9.2} x  {busy:>9.2} x", "compute / baseline");
    report_memory("after computing");
    stages(&plan_file, &snapshot);

    let outcome = engine::run(&plan, &snapshot, period).unwrap();
    let lines = outcome.lines().count() as u64;
    let file = folder.join("commissions.csv");
    let ((), time) = once(|| commissions::write(&outcome, File::create(&file).unwrap()).unwrap());
    row("write commissions", time, Some(lines));
    let ((), time) = once(|| outputs::write(&outcome, &folder).unwrap());
    row("write everything", time, None);
    report_memory("at the end");
    fs::remove_dir_all(folder).unwrap();
}

/// The plan without bonuses, then with each of them alone (and what it matches).
fn stages(plan_file: &Path, snapshot: &Snapshot) {
    let text = fs::read_to_string(plan_file).unwrap();
    let parts: Vec<&str> = text.split("[[bonus]]").collect();
    let head = parts[0].replace("payout_cap = \"0.32\"\n", "").replace("partner_cap = \"9000\"\n", "");
    let run = |text: &str| {
        let plan = Plan::parse(text).unwrap();
        best(|| engine::run(&plan, snapshot, PERIOD.parse().unwrap()).unwrap().summary().clone())
    };
    let ranks = run(&head);
    row("  volumes and ranks", ranks, None);
    for part in &parts[1..] {
        let code = part.split('"').nth(1).unwrap();
        if code != "matching" {
            let took = run(&format!("{head}[[bonus]]{part}"));
            let alone = Took { wall: took.wall.saturating_sub(ranks.wall), busy: took.busy.saturating_sub(ranks.busy) };
            row(&format!("  {code}"), alone, None);
        }
    }
}

fn baseline(specification: &Specification) -> Took {
    let parents: Vec<u32> =
        specification.network().iter().map(|row| row.sponsor.map_or(u32::MAX, |sponsor| u32::try_from(sponsor).unwrap() - 1)).collect();
    let orders: Vec<(u32, i64)> = specification.orders().map(|row| (u32::try_from(row.partner).unwrap() - 1, row.cv.units())).collect();
    let rates: [i64; 10] = [100, 80, 60, 50, 40, 30, 20, 10, 10, 5];
    best(|| {
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

/// The most memory the process has held so far.
fn report_memory(when: &str) {
    use std::io::BufRead;
    let Ok(status) = File::open("/proc/self/status") else { return };
    let peak = BufReader::new(status).lines().map_while(Result::ok).find(|line| line.starts_with("VmHWM"));
    if let Some(kilobytes) = peak.and_then(|line| line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok())) {
        println!("  peak memory {when}: {} MB", kilobytes / 1024);
    }
}
