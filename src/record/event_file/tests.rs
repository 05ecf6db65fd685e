use std::sync::{Arc, Mutex};

use super::*;
use crate::train::{LossPoint, Position};
use crate::util::stats::MinMaxLast;

/// Output that the test keeps a handle to.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn events(&self) -> Vec<Event> {
        let mut reader = FrameReader::default();
        reader.push(&self.0.lock().expect("no panic"));
        let mut events = Vec::new();
        while let Some(bytes) = reader.next().expect("good checksums") {
            events.push(Event::decode(bytes).expect("a message"));
        }
        assert!(!reader.is_cut_off());
        events
    }

    /// Steps and values of a tag.
    fn scalars(&self, tag: &str) -> Vec<(i64, f32)> {
        let events = self.events().into_iter();
        let values = events.flat_map(|event| {
            let values = event.summary.unwrap_or_default().value;
            values.into_iter().map(move |value| (event.step, value))
        });
        let of_tag = values.filter(|(_, value)| value.tag == tag);
        of_tag
            .map(|(step, value)| (step, value.simple_value.expect("a scalar")))
            .collect()
    }
}

fn epoch(epoch: u64) -> EpochRecord {
    let loss = MinMaxLast::of(1.0 / epoch as f64);
    EpochRecord {
        train_loss: loss,
        train_score: MinMaxLast::of(0.5),
        learning_rate: 0.1,
        ..EpochRecord::unknown(epoch, 10 * epoch)
    }
}

fn progress(epochs: impl IntoIterator<Item = EpochRecord>) -> Progress {
    Progress {
        samples_per_second: 1000.0,
        seconds: 1.0,
        ..Progress::of_epochs(epochs.into_iter().collect())
    }
}

#[test]
fn every_early_epoch_is_written_and_then_ever_rarer_ones_and_the_last() {
    let output = Shared::default();
    let mut file = EventFile::new(Box::new(output.clone()));
    for from in (1..60_000).step_by(1000) {
        file.progress(&progress((from..from + 1000).map(epoch)));
    }
    file.finish(&Summary::new()).expect("written");
    let losses = output.scalars("loss/train");
    let early = losses.iter().zip(1..=10_000u16);
    for (&(step, loss), epoch) in early {
        assert_eq!(step, 10 * i64::from(epoch));
        assert_eq!(loss, 1.0 / f32::from(epoch));
    }
    let epochs: Vec<i64> = losses.iter().map(|(step, _)| step / 10).collect();
    assert!(
        epochs
            .windows(2)
            .all(|pair| pair[1] - pair[0] <= (pair[0] / 10_000).max(1))
    );
    assert!((32_000..33_000).contains(&epochs.len()), "{}", epochs.len());
    assert_eq!(epochs.last(), Some(&60_000));
    assert!(output.scalars("loss/validation").is_empty());
}

#[test]
fn losses_within_epochs_are_at_their_steps() {
    let output = Shared::default();
    let mut file = EventFile::new(Box::new(output.clone()));
    file.batches = 8;
    let point = |epochs| LossPoint {
        epochs,
        loss: MinMaxLast::of(epochs),
    };
    let mut progress = progress([epoch(1)]);
    progress.position = Position {
        epoch: 1,
        batch: 4,
        step: 12,
    };
    progress.losses = vec![point(0.5), point(1.0), point(1.25)];
    file.progress(&progress);
    file.flush().expect("written");
    assert_eq!(output.scalars("loss/batches"), [(4, 0.5), (10, 1.25)]);
}

#[test]
fn histograms_are_tensors_of_limits_and_counts() {
    let output = Shared::default();
    let mut file = EventFile::new(Box::new(output.clone()));
    let buckets = Buckets::of(&[0.0, 1.0, 3.0]);
    let layer = LayerDistributions {
        weights: buckets.clone(),
        biases: buckets.clone(),
        gradients: None,
        activations: buckets.clone(),
    };
    file.distributions(7, &[layer.clone(), layer]);
    file.flush().expect("written");
    let events = output.events();
    assert_eq!((events.len(), events[0].step), (1, 7));
    let values = &events[0].summary.as_ref().expect("values").value;
    let tags: Vec<&str> = values.iter().map(|value| value.tag.as_str()).collect();
    assert_eq!(
        tags[..3],
        ["weights/layer 1", "biases/layer 1", "activations/layer 1"]
    );
    assert_eq!(tags.len(), 6);
    let tensor = values[0].tensor.as_ref().expect("a tensor");
    let last = tensor.tensor_content.rchunks(24).next().expect("a row");
    let numbers: Vec<f64> = last
        .chunks(8)
        .map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight")))
        .collect();
    assert_eq!(numbers[1..], [3.0, 1.0]);
    assert_eq!(tensor.tensor_content.len(), 30 * 24);
}
