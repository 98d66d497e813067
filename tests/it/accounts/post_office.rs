//! A mail server for tests: speaks as much SMTP as a client needs, and behaves as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{self, ServerConfig};

/// What it does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes it.
    Accepts,
    /// Answers the recipient with this line.
    Answers(&'static str),
    /// Says nothing, for as long as the client waits.
    Hangs,
}

/// How it keeps what is said to itself.
#[derive(Clone)]
pub enum Secrecy {
    /// Not at all.
    None,
    /// After `STARTTLS`.
    StartTls(TlsAcceptor),
    /// From the first byte.
    Tls(TlsAcceptor),
}

#[derive(Clone)]
pub struct PostOffice {
    pub port: u16,
    secrecy: Secrecy,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    taken: Arc<Mutex<Vec<String>>>,
    overheard: Arc<Mutex<Vec<String>>>,
}

impl PostOffice {
    /// Open, and accepting whatever comes after these moods.
    pub async fn open(moods: &[Mood]) -> Self {
        Self::with(Secrecy::None, moods).await
    }

    pub async fn with(secrecy: Secrecy, moods: &[Mood]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let moods = Arc::new(Mutex::new(moods.iter().copied().collect()));
        let office = Self { port, secrecy, moods, taken: Arc::default(), overheard: Arc::default() };
        let counter = office.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let office = counter.clone();
                tokio::spawn(async move { office.serve(socket).await });
            }
        });
        office
    }

    /// The settings of a server that sends its mails here.
    pub fn settings(&self) -> Vec<String> {
        let port = format!("mail.smtp_port={}", self.port);
        ["mail.delivery=smtp", "mail.smtp_host=127.0.0.1", "mail.smtp_tls=none", &port].map(str::to_owned).into()
    }

    /// The mails that were taken, as they came.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    /// What everybody on the way could read.
    pub fn overheard(&self) -> Vec<String> {
        self.overheard.lock().unwrap().clone()
    }

    async fn serve(&self, mut socket: TcpStream) -> Option<()> {
        let acceptor = match &self.secrecy {
            Secrecy::None => return self.greet(&mut socket, false, false).await.map(drop),
            Secrecy::Tls(acceptor) => acceptor,
            Secrecy::StartTls(acceptor) => {
                self.greet(&mut socket, true, false).await?;
                return self.converse(&mut acceptor.accept(socket).await.ok()?, false, true).await.map(drop);
            }
        };
        self.greet(&mut acceptor.accept(socket).await.ok()?, false, true).await.map(drop)
    }

    async fn greet(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin), offers: bool, secret: bool) -> Option<()> {
        stream.write_all(b"220 test\r\n").await.ok()?;
        self.converse(stream, offers, secret).await
    }

    /// Until the client hangs up or, where it is offered, asks for `STARTTLS`.
    async fn converse(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin), offers: bool, secret: bool) -> Option<()> {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut lines = BufReader::new(reader).lines();
        let mut mood = Mood::Accepts;
        loop {
            let line = lines.next_line().await.ok()??;
            if !secret {
                self.overheard.lock().unwrap().push(line.clone());
            }
            let answer = match line.split(' ').next().unwrap_or_default() {
                "EHLO" if offers => "250-test\r\n250-STARTTLS\r\n250 AUTH PLAIN",
                "EHLO" => "250-test\r\n250 AUTH PLAIN",
                "STARTTLS" if offers => {
                    writer.write_all(b"220 go on\r\n").await.ok()?;
                    return Some(());
                }
                "AUTH" => "235 welcome",
                "MAIL" => {
                    mood = self.moods.lock().unwrap().pop_front().unwrap_or(Mood::Accepts);
                    "250 fine"
                }
                "RCPT" => match mood {
                    Mood::Accepts => "250 fine",
                    Mood::Answers(answer) => answer,
                    Mood::Hangs => std::future::pending().await,
                },
                "DATA" => {
                    writer.write_all(b"354 go on\r\n").await.ok()?;
                    let mut mail = String::new();
                    loop {
                        let line = lines.next_line().await.ok()??;
                        if line == "." {
                            break;
                        }
                        mail.push_str(&line);
                        mail.push('\n');
                    }
                    self.taken.lock().unwrap().push(mail);
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
    }
}

/// A certificate authority of a test's own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// What those put into a file who trust it.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A server that can prove to have this name.
    pub fn vouches_for(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}
