//! A mail server for tests: speaks as much SMTP as a client needs, and behaves as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

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

#[derive(Clone)]
pub struct PostOffice {
    pub port: u16,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl PostOffice {
    /// Open, and accepting whatever comes after these moods.
    pub async fn open(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let office = Self { port, moods: Arc::new(Mutex::new(moods.iter().copied().collect())), taken: Arc::default() };
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

    async fn serve(&self, mut socket: TcpStream) -> Option<()> {
        let (reader, mut writer) = socket.split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 test\r\n").await.ok()?;
        let mut mood = Mood::Accepts;
        loop {
            let line = lines.next_line().await.ok()??;
            let answer = match line.split(' ').next().unwrap_or_default() {
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
