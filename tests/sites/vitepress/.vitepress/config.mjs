export default {
  title: "Tea notes",
  lang: "en",
  sitemap: { hostname: "https://tea.example" },
  themeConfig: {
    nav: [{ text: "Blog", link: "/blog/green-tea" }],
    sidebar: [
      {
        text: "Blog",
        items: ["green-tea", "black-tea", "teapots"].map((name) => ({ text: name, link: `/blog/${name}` })),
      },
    ],
  },
  transformHead: ({ pageData }) =>
    pageData.frontmatter.robots ? [["meta", { name: "robots", content: pageData.frontmatter.robots }]] : [],
};
