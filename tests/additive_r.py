"""Forms in R that are sums of step functions of one input each, and forms that only look like it."""

# ruff: noqa: E501 - code as people write it

#: Scorecards in the styles in which people write them.
PROVED = {
    "cut and a vector": """
points <- c(12, 21, 30)
score <- function(df) points[cut(df$age, c(-Inf, 25, 45, Inf), labels = FALSE)] + ifelse(df$income >= 1000, 20, 5)
""",
    "findInterval and missing": """
score <- function(df) { p <- c(1, 2, 3)[findInterval(df$age, c(18, 30)) + 1]; p[is.na(df$age)] <- 9; g <- c(a = 3, b = 4, c = 5)[as.character(df$grade)]; g[is.na(g)] <- 0; 500 + p + unname(g) }
""",
    "nested ifelse": """
score <- function(df) with(df, 400 + ifelse(is.na(age), 5, ifelse(age < 25, 10, ifelse(age < 40, 20, 30))) + ifelse(owner, 7, 0) + ifelse(grade %in% c("a", "b"), 4, 1))
""",
    "card as a list": """
card <- list(age = list(breaks = c(25, 40), points = c(10, 20, 30), missing = 5), income = list(breaks = 100, points = c(1, 2), missing = 0))
score <- function(df) { total <- 600; for (n in names(card)) { e <- card[[n]]; b <- findInterval(df[[n]], e$breaks) + 1L; p <- e$points[b]; p[is.na(p)] <- e$missing; total <- total + p }; total }
""",
    "lapply and Reduce": """
card <- list(age = c(25, 40), income = 100)
score <- function(df) { parts <- lapply(names(card), function(n) c(1, 2, 3)[cut(df[[n]], c(-Inf, card[[n]], Inf), labels = FALSE)]); s <- Reduce(`+`, parts); 1 / (1 + exp(-(s - 3) / 20)) }
""",
    "sapply and rowSums": """
card <- list(age = c(25, 40), income = 100)
score <- function(df) { m <- sapply(names(card), function(n) findInterval(df[[n]], card[[n]]) * 10); round(rowSums(m)) }
""",
    "row by row": """
score_one <- function(age, income, grade) { s <- 500; if (is.na(age)) { s <- s + 1 } else if (age < 25) { s <- s + 10 } else { s <- s + 20 }; if (income > 1000) s <- s + 7; s }
score <- function(df) mapply(score_one, df$age, df$income, df$grade)
""",
    "early returns": """
age_points <- function(x) { if (is.na(x)) return(3); for (k in 1:3) if (x <= c(20, 40, 60)[k]) return(c(5, 6, 7)[k]); 9 }
score <- function(df) vapply(df$age, age_points, numeric(1)) + sapply(df$grade, function(g) switch(as.character(g), a = 1, b = , c = 2, 0))
""",
    "loop over rows": """
score <- function(df) { out <- numeric(nrow(df)); for (i in seq_len(nrow(df))) { s <- 100; if (df$income[i] > 50) s <- s + 5 else s <- s - 5; s <- s + (if (df$owner[i]) 2 else 1); out[i] <- s }; out }
""",
    "data frame of bins": """
card <- data.frame(char = c("age", "age", "income", "income"), lower = c(-Inf, 30, -Inf, 100), points = c(1, 2, 3, 4))
score <- function(df) { total <- rep(0, nrow(df)); for (ch in unique(card$char)) { t <- card[card$char == ch, ]; total <- total + t$points[findInterval(df[[ch]], t$lower)] }; total }
""",
    "transform and frame": """
score <- function(df) { df <- transform(df, p1 = ifelse(age < 30, 1, 2), p2 = as.numeric(grade == "a") * 3); df$total <- df$p1 + df$p2 + (df$count == 99); data.frame(score = pmin(pmax(df$total, 0), 10)) }
""",
    "woe": """
woe <- c(a = -0.3, b = 0.7, c = 0.1)
score <- function(df) { w <- woe[match(as.character(df$grade), names(woe))]; w <- ifelse(is.na(w), 0, w); z <- -1.5 + 0.8 * w + 0.4 * (df$age / 12 >= 3); plogis(z) }
""",
}

#: What each of them hides makes it no such sum, or makes it impossible to tell.
UNPROVED = {
    "interaction in a helper": """
extra <- function(a, b) ifelse(a > 30 & b > 100, 5, 0)
score <- function(df) ifelse(df$age > 25, 10, 5) + extra(df$age, df$income)
""",
    "product": """
score <- function(df) ifelse(df$age > 25, 10, 5) * ifelse(df$income > 25, 10, 5)
""",
    "threshold of data": """
score <- function(df) ifelse(df$age > mean(df$age), 10, 5)
""",
    "threshold of another input": """
score <- function(df) ifelse(df$age > df$income, 10, 5)
""",
    "cut with data breaks": """
score <- function(df) as.integer(cut(df$age, 4))
""",
    "cut with quantiles": """
score <- function(df) as.integer(cut(df$age, quantile(df$age)))
""",
    "cut with computed breaks": """
score <- function(df) cut(df$age, c(0, max(df$income), 1e9), labels = FALSE)
""",
    "lazy default of another input": """
score <- function(df) { g <- function(y, z = w) { w <- df$income; ifelse(z > 3, 1, 2) + ifelse(y > z, 1, 0) }; g(df$age) }
""",
    "superassignment": """
n <- 0
score <- function(df) { n <<- n + 1; ifelse(df$age > n, 1, 2) }
""",
    "assign": """
n <- 0
score <- function(df) { assign("n", n + 1, envir = globalenv()); ifelse(df$age > n, 1, 2) }
""",
    "own operator": """
`+` <- function(a, b) a * b
score <- function(df) ifelse(df$age > 3, 1, 2) + ifelse(df$income > 3, 1, 2)
""",
    "own ifelse": """
ifelse <- function(test, yes, no) yes * mean(test)
score <- function(df) ifelse(df$age > 3, 1, 2)
""",
    "own sum": """
sum <- function(a, b) a * b
score <- function(df) sum(ifelse(df$age > 3, 1, 2), ifelse(df$income > 3, 1, 2))
""",
    "own parenthesis": """
`(` <- function(x) x * df0
df0 <- 3
score <- function(df) { `(` <- function(x) x * df$income; (ifelse(df$age > 3, 1, 2)) }
""",
    "S3 method": """
Ops.factor <- function(e1, e2) runif(1)
score <- function(df) ifelse(df$grade == "a", 1, 2)
""",
    "S3 method of frames": """
`$.data.frame` <- function(x, n) x[["income"]] * x[[n]]
score <- function(df) ifelse(df$age > 3, 1, 2)
""",
    "registered method": """
registerS3method("is.na", "numeric", function(x) TRUE)
score <- function(df) ifelse(is.na(df$age), 1, 2)
""",
    "active binding": """
makeActiveBinding("limit", function() runif(1), globalenv())
score <- function(df) ifelse(df$age > limit, 1, 2)
""",
    "table of two inputs": """
p <- matrix(1:9, 3)
score <- function(df) p[cbind(findInterval(df$age, c(1, 2)) + 1, findInterval(df$income, c(1, 2)) + 1)]
""",
    "key of two inputs": """
p <- c("a1" = 3, "b1" = 4)
score <- function(df) p[paste0(df$grade, df$count)]
""",
    "linear": """
score <- function(df) 0.5 * df$age + ifelse(df$income > 3, 1, 2)
""",
    "levels of this batch": """
score <- function(df) as.integer(factor(df$free))
""",
    "rank": """
score <- function(df) rank(df$age)
""",
    "cumulative": """
score <- function(df) cumsum(ifelse(df$age > 3, 1, 2))
""",
    "value of the row before": """
score <- function(df) { last <- 0; out <- numeric(nrow(df)); for (i in seq_len(nrow(df))) { last <- last + (if (df$age[i] > 3) 1 else 2); out[i] <- last }; out }
""",
    "row before by index": """
score <- function(df) { out <- numeric(nrow(df)); for (i in seq_len(nrow(df))) { out[i] <- if (i > 1) out[i - 1] else 0 }; out }
""",
    "one row two inputs": """
points <- function(a, b) { if (a > 3) return(1); if (b > 5) return(2); 0 }
score <- function(df) mapply(points, df$age, df$income)
""",
    "scalar and of two": """
score <- function(df) vapply(seq_len(nrow(df)), function(i) if (df$age[i] > 3 && df$income[i] > 5) 1 else 0, 0)
""",
    "index may be zero": """
score <- function(df) c(1, 2, 3)[findInterval(df$age, c(18, 30))]
""",
    "max of two": """
score <- function(df) pmax(ifelse(df$age > 3, 1, 2), ifelse(df$income > 3, 0, 3))
""",
    "link with an input": """
score <- function(df) { t <- ifelse(df$age > 3, 1, 2) + ifelse(df$income > 3, 1, 2); ifelse(t > 3 & df$age > 60, 0, t) }
""",
    "two links": """
score <- function(df) { a <- ifelse(df$age > 3, 1, 2) + ifelse(df$income > 3, 1, 2); b <- ifelse(df$age > 4, 1, 2) + ifelse(df$income > 9, 1, 2); exp(a) + exp(b) }
""",
    "frame changed by another input": """
score <- function(df) { df$age[df$income > 3] <- 0; ifelse(df$age > 3, 1, 2) }
""",
    "with hides": """
score <- function(df) { age <- df$income; with(df, ifelse(age > income, 1, 2)) }
""",
    "eval of text": """
score <- function(df) eval(parse(text = "df$age * df$income"))
""",
    "environment": """
e <- new.env(); e$n <- 1
score <- function(df) { e$n <- e$n + 1; ifelse(df$age > e$n, 1, 2) }
""",
    "rows left out": """
score <- function(df) { df <- df[df$income > 3, ]; ifelse(df$age > 3, 1, 2) }
""",
    "order": """
score <- function(df) ifelse(df$age[order(df$income)] > 3, 1, 2)
""",
    "text of free text": """
score <- function(df) ifelse(substr(df$free, 1, 1) == "A", 1, 2)
""",
    "numbers read as text": """
score <- function(df) ifelse(as.character(df$age) == "30", 1, 2)
""",
    "mixed to text": """
score <- function(df) ifelse(ifelse(is.na(df$age), "none", df$age) == "30", 1, 2)
""",
    "partial name": """
score <- function(df) { card <- list(points_age = 3); ifelse(df$age > card$points, 1, 2) }
""",
    "global function replaced in the call": """
score <- function(df) { ifelse <- function(t, y, n) t * df$income; ifelse(df$age > 3, 1, 2) }
""",
    "integers overflow": """
score <- function(df) ifelse(df$age > 3, 2000000000L, 1L) + ifelse(df$income > 3, 2000000000L, 1L)
""",
    "elements of other rows": """
score <- function(df) { x <- ifelse(df$age > 3, 1, 2); y <- ifelse(df$age > 9, 4, 5); x[df$age > 3] <- y[df$age < 3]; x }
""",
    "approx": """
score <- function(df) approx(c(1, 2), c(3, 4), df$age)$y
""",
    "runif": """
score <- function(df) ifelse(df$age > runif(1), 1, 2)
""",
    "closure sees changes": """
points <- function(a, i) { k <- 3; f <- function() if (a > k) 1 else 0; if (i > 5) k <- 60; f() }
score <- function(df) mapply(points, df$age, df$income)
""",
    "negative index": """
score <- function(df) c(5, 6)[-findInterval(df$age, 3) - 1]
""",
    "vector if": """
score <- function(df) if (df$age > 3) ifelse(df$income > 3, 1, 2) else 0
""",
    "any decides": """
score <- function(df) if (any(df$age > 3)) ifelse(df$income > 3, 1, 2) else 0
""",
    "overridden assignment": """
`[<-` <- function(x, i, value) x * value
score <- function(df) { p <- ifelse(df$age > 3, 1, 2); p[df$income > 2] <- 7; p }
""",
    "dispatch": """
points <- function(x, ...) UseMethod("points")
points.default <- function(x, ...) x
score <- function(df) points(df$age)
""",
    "missing argument": """
f <- function(x, y) if (missing(y)) ifelse(x > 3, 1, 2) else x * y
score <- function(df) f(df$age, df$income)
""",
    "sapply over frame": """
score <- function(df) apply(as.matrix(df[c("age", "income")]), 1, prod)
""",
    "taken away in one branch": """
points <- function(a, i) { p <- if (i > 5) 3 else 8; if (a > 3) 10 - p else p }
score <- function(df) mapply(points, df$age, df$income)
""",
    "a sum taken away": """
score <- function(df) { t <- ifelse(df$income > 3, 1, 2) + ifelse(df$count > 3, 1, 2); ifelse(df$age > 3, 10 - t, t) }
""",
    "scaled in one branch": """
score <- function(df) { t <- ifelse(df$income > 3, 1, 2) + ifelse(df$count > 3, 1, 2); ifelse(df$age > 3, 2 * t, t) }
""",
    "large integers scaled": """
score <- function(df) ifelse(df$age > 3, 2000000000L, 1L) * 1L + ifelse(df$income > 3, 2000000000L, 1L) * 1L
""",
    "&& of columns": """
score <- function(df) ifelse(df$age > 3 && TRUE, 1, 2) + ifelse(df$income > 3, 1, 2)
""",
    "texts of all rows": """
score <- function(df) nchar(paste(as.character(df$grade), collapse = ""))
""",
    "recursion over rows": """
f <- function(x, i) if (i == 0) 0 else f(x, i - 1) + x[i]
score <- function(df) f(df$age, 3)
""",
    "quote and bquote": """
score <- function(df) { e <- quote(df$age * df$income); with(df, e) }
""",
    "Recall": """
score <- function(df) { f <- function(n) if (n > 0) Recall(n - 1) else df$age; f(2) }
""",
    "environment of a closure": """
make <- function() { k <- 3; function(x) { k <<- k + 1; ifelse(x > k, 1, 2) } }
f <- make()
score <- function(df) f(df$age)
""",
}
