# Generates a product for each line of input, to measure large feeds:
#
#   seq 1000000 | awk -f tests/feeds/rows.awk | nearmind bake - --no-embed --out DIR
#
# Every hundredth row lacks a price, every thousandth repeats the row before.
BEGIN {
  words = "soft warm light dark wool linen cotton steel oak glass jacket kettle tent lamp mug scarf chair desk knife bag " \
    "for with and in the rain garden kitchen summer winter travel morning evening quiet narrow wide folding spare small large"
  count = split(words, word, " ")
}
function some(seed, length_, text, nth) {
  for (nth = 0; nth < length_; nth++) {
    seed = (seed * 7621 + 1) % 32768
    text = text (nth ? " " : "") word[seed % count + 1]
  }
  return text
}
{
  id = $1 % 1000 ? $1 : $1 - 1
  price = id % 100 ? sprintf("%d.%02d EUR", id % 900 + 1, id % 100) : ""
  printf "{\"id\":\"sku-%07d\",\"title\":\"%s %d\",\"description\":\"%s.\",\"brand\":\"Brand %d\",\"category\":\"Home > Kind %d > Sort %d\",", \
    id, some(id, 5), id % 997, some(id * 3 + 1, 28), id % 400, id % 20, id % 100
  printf "\"price\":\"%s\",\"link\":\"https://shop.example/p/%d\",\"image_link\":\"https://shop.example/i/%d.jpg\",\"color\":\"colour %d\"}\n", \
    price, id, id, id % 13
}
