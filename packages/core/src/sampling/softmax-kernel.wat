;; The three passes of a full softmax over one row, two float64 at a time. Built into softmax-kernel-code.ts by
;; scripts/compile-kernel.mjs; softmax-in-javascript.ts does the same arithmetic, operation by operation, and
;; is what this file is tested against, bit for bit.
;;
;; The memory belongs to softmax-kernel.ts, which says what lies where: first the 256 powers 2^(i/256), then
;; the row's logits (float32) and weights (float64), padded with logits of -Infinity to a whole number of
;; steps. All addresses are in bytes.
(module
  (memory (import "row" "memory") 1)

  ;; The largest logit, eight at a step. A NaN may or may not come out: the sum of `weigh` shows it anyway.
  (func (export "largest") (param $at i32) (param $end i32) (result f32)
    (local $low v128)
    (local $high v128)
    (local.set $low (v128.const f32x4 -inf -inf -inf -inf))
    (local.set $high (local.get $low))
    (loop $step
      (local.set $low (f32x4.pmax (local.get $low) (v128.load (local.get $at))))
      (local.set $high (f32x4.pmax (local.get $high) (v128.load offset=16 (local.get $at))))
      (br_if $step (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
    (local.set $low (f32x4.pmax (local.get $low) (local.get $high)))
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $low)) (f32x4.extract_lane 1 (local.get $low)))
      (f32.max (f32x4.extract_lane 2 (local.get $low)) (f32x4.extract_lane 3 (local.get $low)))))

  ;; Writes exp((logit - largest) x scale) of the logits from $at to $end to $to, two at a step; gives their
  ;; sum, NaN where a logit is NaN or the largest is not finite. See exponential.ts for the method.
  (func (export "weigh")
    (param $at i32) (param $end i32) (param $to i32) (param $largest f64) (param $scale f64) (result f64)
    (local $x v128)
    (local $shifted v128) ;; k + 1.5 x 2^52: its low bits are the whole number k
    (local $k v128)
    (local $r v128)
    (local $weight v128)
    (local $sums v128) ;; of the even and of the odd tokens
    (loop $step
      (local.set $x
        (f64x2.mul
          (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
            (f64x2.splat (local.get $largest)))
          (f64x2.splat (local.get $scale))))
      (local.set $shifted
        (f64x2.add
          (f64x2.mul (local.get $x) (v128.const f64x2 369.3299304675746 369.3299304675746)) ;; 256 / ln 2
          (v128.const f64x2 6755399441055744 6755399441055744)))
      (local.set $k (f64x2.sub (local.get $shifted) (v128.const f64x2 6755399441055744 6755399441055744)))
      (local.set $r
        (f64x2.sub
          (f64x2.sub
            (local.get $x)
            (f64x2.mul ;; ln 2 / 256, the first part
              (local.get $k)
              (v128.const f64x2 0.00270760617331689 0.00270760617331689)))
          (f64x2.mul ;; and the rest
            (local.get $k)
            (v128.const f64x2 7.453964567463233e-13 7.453964567463233e-13))))
      (local.set $weight
        (f64x2.mul
          ;; 2^(k / 256): the table's entry for the low 8 bits of k, the other bits added to its exponent.
          (i64x2.add
            (v128.load64_lane 1
              (i32.shl (i32.and (i32x4.extract_lane 2 (local.get $shifted)) (i32.const 255)) (i32.const 3))
              (v128.load64_zero
                (i32.shl (i32.and (i32x4.extract_lane 0 (local.get $shifted)) (i32.const 255)) (i32.const 3))))
            (v128.and
              (i64x2.shl (local.get $shifted) (i32.const 44))
              (v128.const i64x2 0xfff0000000000000 0xfff0000000000000)))
          ;; e^r = 1 + r (1 + r (1/2 + r (1/6 + r / 24)))
          (f64x2.add
            (v128.const f64x2 1 1)
            (f64x2.mul
              (local.get $r)
              (f64x2.add
                (v128.const f64x2 1 1)
                (f64x2.mul
                  (local.get $r)
                  (f64x2.add
                    (v128.const f64x2 0.5 0.5)
                    (f64x2.mul
                      (local.get $r)
                      (f64x2.add
                        (v128.const f64x2 0.16666666666666666 0.16666666666666666)
                        (f64x2.mul
                          (local.get $r)
                          (v128.const f64x2 0.041666666666666664 0.041666666666666664)))))))))))
      ;; 0 below the range of the method; not for NaN, which no comparison holds for.
      (local.set $weight
        (v128.andnot (local.get $weight) (f64x2.lt (local.get $x) (v128.const f64x2 -708 -708))))
      (v128.store (local.get $to) (local.get $weight))
      (local.set $sums (f64x2.add (local.get $sums) (local.get $weight)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $step (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end))))
    (f64.add (f64x2.extract_lane 0 (local.get $sums)) (f64x2.extract_lane 1 (local.get $sums))))

  ;; Multiplies the weights from $at to $end by a factor, four at a step.
  (func (export "scale") (param $at i32) (param $end i32) (param $factor f64)
    (loop $step
      (v128.store
        (local.get $at)
        (f64x2.mul (v128.load (local.get $at)) (f64x2.splat (local.get $factor))))
      (v128.store offset=16
        (local.get $at)
        (f64x2.mul (v128.load offset=16 (local.get $at)) (f64x2.splat (local.get $factor))))
      (br_if $step (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))))
