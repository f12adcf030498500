//! Minifies scripts with oxc: removes comments and spaces, and shortens expressions and local names. Exported names, names
//! of properties, and strings are kept. Must not know what a script does.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, Program, Statement, TemplateElementValue};
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

/// Folders of the site without scripts to minify. The package (npm) is made of minified scripts.
const EXCLUDED: [&str; 5] = ["wasm", "models", "catalog", "shop", "npm"];
/// The paths in the site of classic scripts. All others are modules.
const CLASSIC_SCRIPTS: [&str; 2] = ["demo/early.js", "offline.js"];
/// Name of the constant that holds a script's style sheet.
const STYLE_SHEET_CONSTANT: &str = "CSS";

/// Minifies all scripts of a site in place, but for those of the wasm modules.
pub fn minify_site(site: &Path) -> Result<()> {
    minify_folder(site, site)
}

fn minify_folder(site: &Path, folder: &Path) -> Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            if !EXCLUDED.contains(&name.as_str()) {
                minify_folder(site, &path)?;
            }
        } else if name.ends_with(".js") {
            let script = fs::read_to_string(&path).with_context(|| format!("{name} cannot be read"))?;
            fs::write(&path, minify_script(&name, &script)?)?;
        }
    }
    Ok(())
}

/// Minifies a script. `name` is its path in the site.
///
/// # Errors
/// If the script has a syntax error; the message has its line.
pub fn minify_script(name: &str, script: &str) -> Result<String> {
    let allocator = Allocator::default();
    let mut program = parse(&allocator, name, script)?;
    minify_style_sheets(&allocator, &mut program);
    // By default, oxc assumes that reading a property or a global may have side effects, and keeps calls of the console.
    let options = MinifierOptions {
        compress: Some(CompressOptions { drop_debugger: false, ..CompressOptions::smallest() }),
        mangle: Some(MangleOptions::default()),
        mangle_properties: None,
    };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let printer = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .with_private_member_mappings(minified.class_private_mappings);
    Ok(printer.build(&program).code)
}

/// Whether the script at this path is a module or a classic script.
fn source_type(name: &str) -> SourceType {
    if CLASSIC_SCRIPTS.contains(&name) { SourceType::script() } else { SourceType::mjs() }
}

/// Parses a script, and checks what the parser leaves to the semantic analysis, such as names that are declared twice.
fn parse<'a>(allocator: &'a Allocator, name: &str, script: &'a str) -> Result<Program<'a>> {
    let parsed = Parser::new(allocator, script, source_type(name)).parse();
    let mut errors = parsed.diagnostics;
    if errors.is_empty() {
        errors = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program).diagnostics;
    }
    if let Some(error) = errors.first() {
        let offset = error.labels.last().map_or(0, |label| label.offset() as usize);
        let line = script[..offset].matches('\n').count() + 1;
        bail!("{name}:{line}: {error}");
    }
    Ok(parsed.program)
}

/// Minifies the style sheets in constants `CSS`, which are strings, and so are not changed by the minifier of scripts.
fn minify_style_sheets<'a>(allocator: &'a Allocator, program: &mut Program<'a>) {
    for statement in &mut program.body {
        let Statement::VariableDeclaration(declaration) = statement else { continue };
        for declarator in &mut declaration.declarations {
            let is_sheet = declarator.id.get_identifier_name().is_some_and(|name| name == STYLE_SHEET_CONSTANT);
            if is_sheet
                && let Some(Expression::TemplateLiteral(template)) = &mut declarator.init
                && let [whole] = &mut template.quasis[..]
            {
                let shorter = |css: &str| allocator.alloc_str(&minify_css(css)).into();
                let TemplateElementValue { raw, cooked } = whole.value;
                whole.value = TemplateElementValue { raw: shorter(&raw), cooked: cooked.map(|css| shorter(&css)) };
            }
        }
    }
}

/// Removes the comments and insignificant spaces of a style sheet. Spaces around `+` and within selectors are kept.
fn minify_css(css: &str) -> String {
    let mut comments = css.split("/*");
    let mut out = comments.next().unwrap_or_default().to_owned();
    out.extend(comments.map(|rest| rest.split_once("*/").map_or("", |(_, rest)| rest)));
    let out = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let spaces = [
        ("{\n", "{"),
        ("}\n", "}"),
        (";\n", ";"),
        (",\n", ","),
        (": ", ":"),
        ("; ", ";"),
        (", ", ","),
        (" {", "{"),
        ("{ ", "{"),
        (" }", "}"),
        ("} ", "}"),
        ("\n}", "}"),
        (";}", "}"),
    ];
    spaces.iter().fold(out, |css, (from, to)| css.replace(from, to))
}

#[cfg(test)]
mod tests;
