/**
 * The editor's messages, and the only place that shows them. The editor makes a link of `[words](command:…)` in a message, and
 * a click on it runs that command: titles come from planners, reasons from agents and gates, so none may hold one.
 */
import * as vscode from 'vscode';
import { withoutLinks } from '../core/plainText.js';

type Show = typeof vscode.window.showInformationMessage;

const shows = (show: Show): Show => ((text: string, ...rest: readonly string[]) => show(withoutLinks(text), ...rest)) as Show;

/** As the editor's own functions of these names, with the text as plain text. */
export const showInformation: Show = shows((...args: Parameters<Show>) => vscode.window.showInformationMessage(...args));
export const showWarning: Show = shows((...args: Parameters<Show>) => vscode.window.showWarningMessage(...args));
export const showError: Show = shows((...args: Parameters<Show>) => vscode.window.showErrorMessage(...args));
