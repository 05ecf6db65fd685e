//! Panels return the numbers that were written to them.

use pulp::{Simd, WithSimd};

use super::*;
use crate::kernels::Instructions;

struct Load<'a>(&'a mut Panels, usize, &'a [f32]);

impl WithSimd for Load<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        self.0.load(simd, self.2, 0..self.1);
        self.0.find_spans(simd)
    }
}

#[test]
fn rows_go_in_and_come_out_and_padding_is_zero() {
    for columns in 1..40 {
        for rows in 1..5 {
            let values: Vec<f32> = (0..rows * columns).map(|i| i as f32 - 7.5).collect();
            for instructions in Instructions::ALL {
                let mut panels = Panels::zeros(5, columns, WIDE);
                panels.values_mut().fill(f32::NAN);
                let largest = instructions.unit().run(Load(&mut panels, rows, &values));
                let expected = values.iter().fold(0.0, |m: f32, x| m.max(x.abs()));
                assert_eq!(largest, expected);
                let mut out = vec![0.0; values.len()];
                panels.store(&mut out);
                assert_eq!(out, values);
                assert_eq!(panels.get(rows - 1, columns - 1), values[values.len() - 1]);
                let sum: f32 = panels.values().iter().sum();
                assert_eq!(sum, values.iter().sum::<f32>());
            }
        }
    }
}

#[test]
fn a_nan_is_the_largest() {
    let mut panels = Panels::zeros(2, 3, WIDE);
    let values = [1.0, f32::NAN, f32::INFINITY, 2.0, 3.0, -1.0];
    let largest = Instructions::Best.unit().run(Load(&mut panels, 2, &values));
    assert!(largest.is_nan());
}

#[test]
fn spans_leave_out_what_is_zero_in_all_rows() {
    for instructions in Instructions::ALL {
        let mut panels = Panels::zeros(2, 50, WIDE);
        let mut values = [0.0; 100];
        values[3] = 1.0;
        values[50 + 5] = -2.0;
        values[50 + 16] = f32::NAN;
        values[49] = 1.0;
        instructions.unit().run(Load(&mut panels, 2, &values));
        let spans: Vec<_> = (0..4).map(|p| panels.span(p)).collect();
        assert_eq!(spans, [3..6, 0..1, 0..0, 1..2]);
    }
}

#[test]
fn transposes() {
    for (rows, columns) in [(3, 5), (17, 33), (40, 7), (7, 40), (16, 16)] {
        // One row more, as weights have the biases below them.
        let mut panels = Panels::zeros(rows + 1, columns, WIDE);
        for r in 0..=rows {
            for c in 0..columns {
                panels.set(r, c, (r * 100 + c + 1) as f32);
            }
        }
        let mut transposed = Panels::zeros(columns, rows, WIDE);
        panels.transpose(&mut transposed);
        for r in 0..rows {
            for c in 0..columns {
                assert_eq!(transposed.get(c, r), panels.get(r, c));
            }
        }
        let zeros = transposed.values().iter().filter(|&&x| x == 0.0).count();
        assert_eq!(zeros, transposed.values().len() - rows * columns);
    }
}
