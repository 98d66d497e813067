//! `upline account`

use std::io::{self, BufRead as _, IsTerminal as _, Write};

use anyhow::Context as _;

use super::{Global, runtime};
use crate::app::World;
use crate::auth::passwords::Passwords;
use crate::commands::accounts::{CreateStaff, create_staff, find_account, set_password};
use crate::config::secrets::Secret;
use crate::domain::accounts::{Role, Scope};

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Set the password of an account, read from standard input; opens sign-in and ends all sessions.
    Password {
        /// User name or e-mail address.
        #[arg(long)]
        username: String,
    },
    /// Make a login of staff; its password is read from standard input.
    Create {
        /// User name.
        #[arg(long)]
        username: String,
        /// OPERATOR, with the scopes given, or OWNER, with all.
        #[arg(long, value_parser = ["OPERATOR", "OWNER"])]
        role: String,
        /// Powers of an operator, separated by commas: catalog, network, orders, plans, periods, payouts, applications, audit, kyc.
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<Scope>,
        /// E-mail address.
        #[arg(long)]
        email: Option<String>,
        /// The person's name; else the user name.
        #[arg(long)]
        name: Option<String>,
    },
}

/// Runs it.
///
/// # Errors
/// The configuration's, the database's, or what is wrong with the input.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let config = global.load()?;
    let database = runtime::connect_migrated(&config).await?;
    let world = World::system();
    let passwords = Passwords::new(&config.auth, world.random.clone())?;
    match &args.act {
        Act::Password { username } => {
            let account = find_account(&database, username).await?.with_context(|| format!("there is no account {username}"))?;
            set_password(&database, &passwords, &account, &read_password()?, world.clock.now()).await?;
            writeln!(out, "{}: the password is set", account.username)?;
        }
        Act::Create { username, role, scopes, email, name } => {
            let input = CreateStaff {
                username: username.clone(),
                email: email.clone(),
                name: name.clone().unwrap_or_else(|| username.clone()),
                role: role.parse::<Role>()?,
                scopes: scopes.iter().copied().collect(),
                password: read_password()?,
            };
            create_staff(&database, &passwords, &input, world.clock.now()).await?;
            writeln!(out, "{username}: the account is made")?;
        }
    }
    Ok(database.close().await?)
}

/// Asked for at a terminal, without showing it; else the first line of standard input.
fn read_password() -> anyhow::Result<Secret<String>> {
    if io::stdin().is_terminal() {
        let mut terminal = console::Term::stderr();
        write!(terminal, "New password: ")?;
        return Ok(Secret::new(terminal.read_secure_line()?));
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']);
    anyhow::ensure!(!password.is_empty(), "standard input is empty: give the password in its first line");
    Ok(Secret::new(password.to_owned()))
}
