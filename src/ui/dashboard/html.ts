/** The page around the React app: nothing is allowed but our own script (by nonce) and our own styles and font. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Face } from '../../shared/protocol.js';

/** The only folder that a page may load from. */
export function webviewFolder(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
}

/** A page that may run our script only: the policy names a nonce, made anew for each page. */
export function pageHtml(webview: vscode.Webview, context: vscode.ExtensionContext, face: Face): string {
  const folder = webviewFolder(context);
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}; font-src ${webview.cspSource}; img-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchyard</title>
<link rel="stylesheet" href="${address('main.css')}">
</head>
<body>
<div id="root" data-face="${face}"></div>
<script nonce="${nonce}" src="${address('main.js')}"></script>
</body>
</html>`;
}
