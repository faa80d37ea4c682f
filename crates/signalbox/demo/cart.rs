//! What lies in a customer's cart.

/// The average price of what is in the cart, in cents.
pub fn average_cents(prices: &[u64]) -> u64 {
    prices.iter().sum::<u64>() / prices.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_of_two() {
        assert_eq!(average_cents(&[100, 300]), 200);
    }

    #[test]
    fn an_empty_cart_costs_nothing() {
        assert_eq!(average_cents(&[]), 0);
    }
}
