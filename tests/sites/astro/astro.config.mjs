export default { site: "https://tea.example", telemetry: false };
