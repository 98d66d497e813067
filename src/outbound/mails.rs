//! Mails on their way: to a mail server, or into a folder.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::config::Config;
use crate::config::mail::Mail;
use crate::config::secrets::{private_file, private_folder};
use crate::domain::mails::Letter;

/// Why a mail waits that could not be given to a server safely.
const UNPROVEN: &str = "no secure connection to the mail server: its certificate must bear the name mail.smtp_host, of an authority that is known or in mail.smtp_ca";
/// What a certificate begins with.
const PEM_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// The folder beside the embedded database.
const FOLDER: &str = "mails";

/// Answers that are about this mail and its address. Others of the kind 5xx, such as 530 and 535, are about the server or how it is used: they may pass
/// when somebody corrects the configuration.
const FOR_GOOD: [u16; 4] = [550, 551, 553, 555];

/// Sends mails.
#[derive(Clone)]
pub struct Post {
    product: String,
    from: String,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp { server: AsyncSmtpTransport<Tokio1Executor>, timeout: Duration },
    Folder(PathBuf),
}

/// Why a mail was not sent. Never repeats what a server said, which may hold the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// In words.
    pub reason: String,
    /// Whether it is of no use to try again.
    pub for_good: bool,
}

/// Why no mails can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// There is no embedded database to put a folder beside.
    #[error("mail.folder is not set: with PostgreSQL name a folder for mails, or set mail.delivery to smtp or off")]
    NoFolder,
    /// The file system refused.
    #[error("mail.folder {}: cannot be made: {cause}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What it said.
        cause: io::Error,
    },
    /// TLS cannot be set up for this host.
    #[error(
        "mail.smtp_host {host:?}: is no name that a mail server can prove to have, or a certificate in mail.smtp_ca is none of an authority"
    )]
    Host {
        /// As configured.
        host: String,
    },
    /// The certificates of authorities cannot be read.
    #[error("mail.smtp_ca {}: {cause}", .file.display())]
    Authorities {
        /// As configured.
        file: PathBuf,
        /// Why.
        cause: String,
    },
}

impl Post {
    /// As the configuration has it; `None` where mails are not sent.
    ///
    /// # Errors
    /// [`PostError`]
    pub fn new(config: &Config) -> Result<Option<Self>, PostError> {
        let mail = &config.mail;
        let way = match mail.delivery.as_str() {
            "smtp" => Way::Smtp { server: server(mail)?, timeout: mail.smtp_timeout() },
            "folder" => Way::Folder(folder(config)?),
            _ => return Ok(None),
        };
        Ok(Some(Self { product: mail.product.clone(), from: mail.from_address.clone(), way }))
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// [`Unsent`]
    pub async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        let message = self.message(letter)?;
        match &self.way {
            // The library bounds each step of the conversation, not the whole.
            Way::Smtp { server, timeout: most } => match timeout(*most, server.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(refused(&error)),
                Err(_) => Err(Unsent { reason: "the mail server did not answer in time".to_owned(), for_good: false }),
            },
            Way::Folder(folder) => {
                let file = folder.join(format!("{:010}-{}.eml", letter.number, letter.kind.page().unwrap_or("notice")));
                let text = message.formatted();
                let written = spawn_blocking(move || write(&file, &text)).await;
                let failed = |cause: String| Unsent { reason: format!("the file cannot be written: {cause}"), for_good: false };
                written.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.kind().to_string()))
            }
        }
    }

    /// The number stands in the id of the message, so that one that comes twice after all is known for what it is.
    fn message(&self, letter: &Letter) -> Result<Message, Unsent> {
        let never = |reason: &str| Unsent { reason: reason.to_owned(), for_good: true };
        let from: Address = self.from.parse().map_err(|_| never("mail.from_address is no address"))?;
        let to: Address = letter.to.parse().map_err(|_| never("the address is none that mails can go to"))?;
        let seconds = u64::try_from(letter.at.seconds()).unwrap_or(0);
        let id = format!("<upline-{}-{}@{}>", letter.number, letter.at.nanos(), from.domain());
        Message::builder()
            .from(Mailbox::new(Some(self.product.clone()), from))
            .to(Mailbox::new(None, to))
            .subject(letter.subject.as_str())
            .date(UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(body(&letter.text))
            .map_err(|_| never("the mail cannot be written"))
    }
}

/// The library would cut lines of more than 76 characters, and with them the links, which people may want to read in a file. Mail allows 998.
fn body(text: &str) -> Body {
    if text.is_ascii() && text.lines().all(|line| line.len() <= 998) {
        Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    }
}

fn server(mail: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, PostError> {
    let host = mail.smtp_host.as_str();
    let parameters = || {
        let authorities = authorities(&mail.smtp_ca)?;
        let known = TlsParameters::builder(host.to_owned());
        let all = authorities.into_iter().fold(known, TlsParametersBuilder::add_root_certificate);
        all.build().map_err(|_| PostError::Host { host: host.to_owned() })
    };
    let tls = match mail.smtp_tls.as_str() {
        "tls" => Tls::Wrapper(parameters()?),
        "none" => Tls::None,
        _ => Tls::Required(parameters()?),
    };
    let name = mail.from_address.rsplit('@').next().unwrap_or_default().to_owned();
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(u16::try_from(mail.smtp_port).unwrap_or(u16::MAX))
        .tls(tls)
        .hello_name(ClientId::Domain(name))
        .timeout(Some(mail.smtp_timeout()));
    if !mail.smtp_username.is_empty() {
        builder = builder.credentials(Credentials::new(mail.smtp_username.clone(), mail.smtp_password.expose().clone()));
    }
    Ok(builder.build())
}

/// The certificates in a file; `None` where no file is named.
fn authorities(file: &Path) -> Result<Option<Certificate>, PostError> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let unreadable = |cause: String| PostError::Authorities { file: file.to_owned(), cause };
    let text = fs::read(file).map_err(|cause| unreadable(cause.to_string()))?;
    // Without this, a key or an empty file would pass for a list of no certificates.
    if !text.windows(PEM_CERTIFICATE.len()).any(|part| part == PEM_CERTIFICATE) {
        return Err(unreadable("it holds no certificate in the form PEM".to_owned()));
    }
    Certificate::from_pem(&text).map(Some).map_err(|_| unreadable("a certificate in it cannot be read".to_owned()))
}

fn refused(error: &lettre::transport::smtp::Error) -> Unsent {
    let (reason, for_good) = match error.status() {
        Some(code) if FOR_GOOD.contains(&u16::from(code)) => (format!("the mail server refuses it ({code})"), true),
        Some(code) => (format!("the mail server does not take it now ({code})"), false),
        None if error.is_timeout() => ("the mail server did not answer in time".to_owned(), false),
        None if fails_to_prove_itself(error) => (UNPROVEN.to_owned(), false),
        None if error.is_client() => ("the mail server offers no sign-in or no security as it is configured".to_owned(), false),
        None if error.is_response() => ("the mail server does not speak SMTP".to_owned(), false),
        None => ("no connection to the mail server".to_owned(), false),
    };
    Unsent { reason, for_good }
}

/// Whether TLS came to nothing; from the first byte on the library tells that as a connection that broke.
fn fails_to_prove_itself(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(of) = cause {
        // Answers that are no text break in the same way, in the clear too.
        let is_of_tls = |broken: &io::Error| broken.kind() == io::ErrorKind::InvalidData && !broken.to_string().contains("UTF-8");
        if of.downcast_ref().is_some_and(is_of_tls) {
            return true;
        }
        cause = of.source();
    }
    error.is_tls()
}

fn folder(config: &Config) -> Result<PathBuf, PostError> {
    let folder = config.database.url.place(&config.mail.folder, FOLDER).ok_or(PostError::NoFolder)?;
    match private_folder(&folder) {
        Ok(()) => Ok(folder),
        Err(cause) => Err(PostError::Folder { folder, cause }),
    }
}

/// Whole or not at all, for its owner only; the same mail is the same file.
fn write(file: &Path, text: &[u8]) -> io::Result<()> {
    let draft = file.with_extension("part");
    let mut open = private_file(&draft)?;
    open.set_len(0)?;
    open.write_all(text)?;
    open.sync_all()?;
    fs::rename(draft, file)
}
