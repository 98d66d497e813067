//! Carries approved payouts by a rail, and asks it what became of them.

use crate::commands::payouts::rail::{self, Due, Errand, Heard, Told};
use crate::commands::{Error, Services};
use crate::domain::payouts::BankWord;
use crate::outbound::payouts::{Rail, Said, Silence};

/// Takes what the rail says unasked, hands over what was approved, and asks for what was handed over before; how many payouts came to their end. No
/// transaction is open while the rail is spoken to. With several processes each payout is handed over by the one that took it first.
///
/// # Errors
/// The database's.
pub async fn carry(services: &Services, rail: &impl Rail) -> Result<u32, Error> {
    let mut ended = listen(services, rail).await?;
    for due in rail::due(services).await? {
        if let Some(errand) = take(services, due).await? {
            ended += u32::from(run(services, rail, &errand).await? == Some(Heard::Now));
        }
    }
    Ok(ended)
}

async fn listen(services: &Services, rail: &impl Rail) -> Result<u32, Error> {
    let mut ended = 0;
    let messages = rail.listen().await.unwrap_or_else(|Silence { reason }| {
        tracing::warn!(reason, "the rail of payouts cannot be listened to; trying again later");
        Vec::new()
    });
    for message in messages {
        for word in &message.words {
            ended += u32::from(hear(services, word).await? == Some(Heard::Now));
        }
        if let Err(Silence { reason }) = rail.heard(&message).await {
            tracing::warn!(message = message.name, reason, "the rail of payouts will say this again");
        }
    }
    Ok(ended)
}

/// One payout that cannot be taken keeps no other one back.
async fn take(services: &Services, due: Due) -> Result<Option<Errand>, Error> {
    match rail::take(services, due).await {
        Err(Error::Internal(reason)) => {
            tracing::error!(payout = due.number, reason, "a payout cannot be handed over");
            rail::unreadable(services, due.number).await?;
            Ok(None)
        }
        taken => taken,
    }
}

/// `None` where the rail had it and knows nothing of it any more: it is not handed over again.
async fn turn_to(rail: &impl Rail, Errand { instruction, attempt }: &Errand) -> Option<Result<Said, Silence>> {
    if *attempt > 1 {
        match rail.ask(&instruction.payout).await {
            Ok(Said::Unknown) if instruction.payout.rail_carried_at.is_some() => return None,
            Ok(Said::Unknown) => {}
            said => return Some(said),
        }
    }
    Some(rail.send(instruction).await)
}

async fn run(services: &Services, rail: &impl Rail, errand: &Errand) -> Result<Option<Heard>, Error> {
    let (payout, attempt) = (errand.instruction.payout.id, errand.attempt);
    let said = turn_to(rail, errand).await;
    let told = match &said {
        Some(Ok(Said::Ended { result, reference })) => {
            return hear(services, &BankWord { payout, result: *result, reference: reference.clone() }).await;
        }
        Some(Ok(Said::UnderWay)) => Told::Carried,
        Some(Ok(Said::Unknown)) => Told::Silent("the rail does not know the payout that it was handed"),
        Some(Err(Silence { reason })) => Told::Silent(reason),
        None => Told::Lost,
    };
    match told {
        Told::Carried => tracing::info!(payout, attempt, "a payout is under way"),
        Told::Silent(reason) => tracing::warn!(payout, attempt, reason, "what became of a payout is not known; asking again later"),
        Told::Lost => tracing::error!(payout, attempt, "the rail knows nothing any more of a payout that it had"),
    }
    if !rail::tell(services, errand, told).await? {
        tracing::info!(
            payout,
            attempt,
            "a payout has ended meanwhile, or another process has it: payout.rail_lease_seconds may be too short"
        );
    }
    Ok(None)
}

/// `None` where the books do not take it: that keeps no other word back.
async fn hear(services: &Services, word: &BankWord) -> Result<Option<Heard>, Error> {
    let (payout, result) = (word.payout, word.result.code());
    let heard = match rail::hear(services, word).await {
        Ok(heard) => heard,
        Err(error @ (Error::Internal(_) | Error::Refused(_))) => {
            tracing::error!(payout, result, %error, "what the bank says cannot be booked");
            rail::not_booked(services, word, &error.to_string()).await?;
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    match heard {
        Heard::Now => tracing::info!(payout, result, "a payout has ended"),
        Heard::Before => {}
        Heard::Contradicts(status) => {
            tracing::error!(payout, result, status = status.code(), "the bank contradicts what is known of a payout")
        }
        Heard::Unknown => tracing::error!(payout, result, "the bank speaks of a payout that there is not"),
    }
    Ok(Some(heard))
}
