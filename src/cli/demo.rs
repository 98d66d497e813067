//! `upline demo`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::{Global, serve};
use crate::app::World;
use crate::auth::passwords::Passwords;
use crate::config::Config;
use crate::demo::{self, DemoLogins, Means};
use crate::{http, telemetry};

/// Runs the server with a demo network on the embedded database, and prints addresses and logins.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Leave the page as it is, instead of building it with npm where it is missing.
    #[arg(long)]
    no_page: bool,
}

/// Runs the server with the demo network until it is asked to stop. The first start imports the network, later ones keep the data.
///
/// # Errors
/// The configuration's, the database's, or the address is not to be had.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let config = global.load()?;
    telemetry::start_log(&config.log)?;
    let listener = http::bind(config.server.listen).await?;
    let file = config.database.url.sqlite_file().context("the demo runs on an embedded database: set database.url to sqlite://PATH")?;
    let logins_file = file.with_extension("logins.toml");
    let page = &config.server.playground_dir;
    if !args.no_page && !page.join("index.html").exists() {
        build_page(page, out)?;
    }
    let database = serve::open(&config).await?;
    let world = World::system();
    let passwords = Passwords::new(&config.auth, world.random.clone())?;
    let means = Means { passwords: &passwords, random: &*world.random, now: world.clock.now() };
    let logins = demo::prepare(&database, &logins_file, &means).await?;
    announce(&url(&config, &listener)?, &logins, out)?;
    serve::serve(&config, listener, database).await
}

/// Builds the page with npm where its sources are at hand; without npm the server runs all the same, and its page says what to do.
fn build_page(built: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let sources: PathBuf = built.parent().map(Path::to_path_buf).unwrap_or_default();
    if !sources.join("package-lock.json").exists() {
        return Ok(());
    }
    writeln!(out, "Building the page in {} (npm ci, npm run build) ...", sources.display())?;
    for arguments in [&["ci", "--no-audit", "--no-fund"][..], &["run", "build"][..]] {
        let npm = std::process::Command::new("npm").args(arguments).current_dir(&sources).stdout(Stdio::null()).status();
        if !npm.is_ok_and(|status| status.success()) {
            writeln!(
                out,
                "The page could not be built: install Node.js (^20.19, ^22.13 or >=23.5) with npm, then run `npm ci && npm run build` in {}.",
                sources.display()
            )?;
            break;
        }
    }
    Ok(())
}

/// The address people use; where none is configured, the one that was taken, which tells the port that `listen` may have left open.
fn url(config: &Config, listener: &TcpListener) -> std::io::Result<String> {
    if config.server.public_url.is_empty() { Ok(format!("http://{}", listener.local_addr()?)) } else { Ok(config.server.url()) }
}

fn announce(url: &str, logins: &DemoLogins, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(
        out,
        "\nUpline runs with its demo network.\n\n  Page     {url}/\n  GraphQL  {url}/graphql\n\n  Logins   (user name, password)"
    )?;
    for login in [&logins.operator, &logins.high, &logins.low] {
        writeln!(out, "  {:<12} {}   {}", login.username, login.password, login.role)?;
    }
    writeln!(out, "\nStop with Ctrl-C. The data stays: the next start goes on with it.\n")?;
    out.flush()
}
