//! A provider of payouts that is late, silent, double or wrong on purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use upline::domain::payouts::{BankResult, BankWord, Instruction, Payout};
use upline::outbound::payouts::{Message, Rail, Said, Silence};

/// How the provider treats a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Pays it at once, and says so.
    Prompt,
    /// Refuses it at once.
    Refuses,
    /// Is under way with it for so many questions.
    Late(u32),
    /// Hears nothing and says nothing for so many calls.
    Deaf(u32),
    /// Takes it and answers with an error; knows it when asked.
    FailsAfterTaking,
    /// Takes it, answers no question, and tells the end unasked.
    Mute,
    /// Pays it, and tells the end three times over.
    Double,
}

pub const MOODS: [Mood; 7] = [Mood::Prompt, Mood::Refuses, Mood::Late(3), Mood::Deaf(2), Mood::FailsAfterTaking, Mood::Mute, Mood::Double];

#[derive(Default)]
struct Books {
    moods: BTreeMap<i64, Mood>,
    /// Charges by payout: the number is the key, a second one is none.
    charges: BTreeMap<i64, u32>,
    /// How often something was handed over that the provider had.
    again: u32,
    calls: BTreeMap<i64, u32>,
    unsaid: Vec<Message>,
}

/// The provider; clones are the same one.
#[derive(Clone, Default)]
pub struct Provider(Arc<Mutex<Books>>);

impl Provider {
    pub fn treat(&self, payout: i64, mood: Mood) {
        self.0.lock().unwrap().moods.insert(payout, mood);
    }

    pub fn say(&self, words: Vec<BankWord>) {
        let mut books = self.0.lock().unwrap();
        let name = format!("message-{}", books.unsaid.len());
        books.unsaid.push(Message { name, words });
    }

    /// As if the payout had never come.
    pub fn forget(&self, payout: i64) {
        self.0.lock().unwrap().charges.remove(&payout);
    }

    /// Charges of each payout, and how often something came a second time.
    pub fn seen(&self) -> (BTreeMap<i64, u32>, u32) {
        let books = self.0.lock().unwrap();
        (books.charges.clone(), books.again)
    }
}

pub fn word(payout: i64, result: BankResult, reference: &str) -> BankWord {
    BankWord { payout, result, reference: Some(reference.to_owned()) }
}

fn silence() -> Silence {
    Silence { reason: "the provider did not answer".to_owned() }
}

impl Books {
    fn mood(&mut self, payout: i64) -> (Mood, u32) {
        let calls = self.calls.entry(payout).or_default();
        *calls += 1;
        (self.moods.get(&payout).copied().unwrap_or(Mood::Prompt), *calls)
    }

    fn answer(&mut self, payout: i64) -> Result<Said, Silence> {
        let (mood, calls) = self.mood(payout);
        let result = if mood == Mood::Refuses { BankResult::Failed } else { BankResult::Completed };
        let ended = Said::Ended { result, reference: Some(format!("charge-{payout}")) };
        match mood {
            Mood::Prompt | Mood::Refuses => Ok(ended),
            Mood::Late(questions) if calls <= questions + 1 => Ok(Said::UnderWay),
            Mood::FailsAfterTaking if calls == 1 => Err(silence()),
            Mood::Deaf(most) if calls <= most => Err(silence()),
            Mood::Late(_) | Mood::FailsAfterTaking | Mood::Deaf(_) => Ok(ended),
            Mood::Mute => {
                if calls == 3 {
                    self.unsaid.push(message(payout));
                }
                Err(silence())
            }
            Mood::Double => {
                self.unsaid.extend([message(payout), message(payout)]);
                Ok(ended)
            }
        }
    }
}

fn message(payout: i64) -> Message {
    Message { name: format!("end of {payout}"), words: vec![word(payout, BankResult::Completed, &format!("charge-{payout}"))] }
}

impl Rail for Provider {
    async fn send(&self, instruction: &Instruction) -> Result<Said, Silence> {
        let payout = instruction.payout.id;
        let mut books = self.0.lock().unwrap();
        let deaf = match books.moods.get(&payout) {
            Some(Mood::Deaf(most)) => books.calls.get(&payout).copied().unwrap_or(0) < *most,
            _ => false,
        };
        if !deaf {
            match books.charges.get(&payout) {
                Some(_) => books.again += 1,
                None => drop(books.charges.insert(payout, 1)),
            }
        }
        books.answer(payout)
    }

    async fn ask(&self, payout: &Payout) -> Result<Said, Silence> {
        let payout = payout.id;
        let mut books = self.0.lock().unwrap();
        if books.charges.contains_key(&payout) {
            return books.answer(payout);
        }
        match books.moods.get(&payout).copied() {
            Some(Mood::Deaf(most)) if books.mood(payout).1 <= most => Err(silence()),
            _ => Ok(Said::Unknown),
        }
    }

    async fn listen(&self) -> Result<Vec<Message>, Silence> {
        Ok(self.0.lock().unwrap().unsaid.clone())
    }

    async fn heard(&self, message: &Message) -> Result<(), Silence> {
        let mut books = self.0.lock().unwrap();
        if let Some(at) = books.unsaid.iter().position(|unsaid| unsaid == message) {
            books.unsaid.remove(at);
        }
        Ok(())
    }
}
